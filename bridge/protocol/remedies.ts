/**
 * Every code that says why something is missing, with the command that helps, if there is one. The sentences are elsewhere:
 * in English for the bridge's log, in each language for the page. A code without a sentence fails the type check.
 */

/** Why the wire is not the lab. */
export const LAB_REMEDIES = {
  /** The page's own code: the operator chose the direct wire. */
  LAB_NOT_ASKED: 'npm start -- --wire lab',
  LAB_NOT_LINUX: undefined,
  LAB_NO_UTIL_LINUX: 'sudo apt-get install util-linux',
  LAB_NO_USER_NAMESPACES: 'sudo sysctl -w user.max_user_namespaces=10000',
  LAB_NO_UNPRIVILEGED_NAMESPACES: 'sudo sysctl -w kernel.unprivileged_userns_clone=1',
  LAB_APPARMOR: 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  LAB_NAMESPACES_FORBIDDEN: undefined,
  LAB_NO_TUN: 'sudo modprobe tun',
  LAB_TUN_FORBIDDEN: 'sudo chmod 0666 /dev/net/tun',
  LAB_NO_FFI: undefined,
  LAB_NO_STATES: 'sudo modprobe -a inet_diag tcp_diag',
  LAB_TOO_SLOW: undefined,
  LAB_FAILED: undefined,
  LAB_IPV4_ONLY: "npm start -- --target 127.0.0.1:65432 --server 'COMMAND'",
  LAB_TARGET_ELSEWHERE: "npm start -- --server 'COMMAND'",
  LAB_SERVER_NOT_OWNED: "npm start -- --server 'COMMAND'",
} as const satisfies Record<string, string | undefined>;

/** Why a source of evidence is not active, or what is wrong with what it saw. */
export const SOURCE_REMEDIES = {
  CAPTURE_OFF: 'npm start -- --capture auto',
  CAPTURE_NOT_TRIED: undefined,
  CAPTURE_NOT_PERMITTED: 'sudo setcap cap_net_raw=ep "$(command -v tcpdump)"',
  CAPTURE_NO_TCPDUMP: 'sudo apt-get install tcpdump',
  CAPTURE_NO_ROUTE: undefined,
  CAPTURE_TOO_SLOW: undefined,
  CAPTURE_FAILED: undefined,
  CAPTURE_SAW_NOTHING: undefined,
  CAPTURE_LOST_PACKETS: undefined,
  CAPTURE_ENDED_EARLY: undefined,
  CAPTURE_BEGAN_LATE: undefined,
  CAPTURE_CLOCK_SET: undefined,
  /** The page's own code: the trace comes from a capture file. */
  NOT_IN_CAPTURES: undefined,
  /** The direct wire captures the connections of scripts only. */
  SCRIPTS_ONLY: 'npm start -- --wire lab',
  TRACER_NOT_ASKED: 'npm start -- --calls auto',
  TRACER_NOT_PERMITTED: 'docker run --cap-add SYS_PTRACE',
  TRACER_YAMA: 'sudo sysctl -w kernel.yama.ptrace_scope=1',
  TRACER_NOT_POSSIBLE: undefined,
  TRACER_NOT_LOADED: 'rm -r node_modules && npm start',
  CALLS_BY_IO_URING: undefined,
  OTHER_ARCHITECTURE: undefined,
  CALLS_NOT_ASKED: 'npm start -- --calls auto',
  SYSCALL_NOT_READABLE: undefined,
  UNKNOWN_MACHINE: undefined,
  NOT_LINUX: undefined,
  NOT_SEEN_LISTENING: undefined,
  NO_PROBE_IN_SERVER: undefined,
  SERVER_HAS_PROBE: undefined,
  SERVER_HAS_TRACER: undefined,
  SERVER_NOT_OURS: undefined,
  SERVER_ENDED: undefined,
  /** An entered program prints to the terminal of the person who started it. */
  PRINTS_ELSEWHERE: undefined,
} as const satisfies Record<string, string | undefined>;

export type WhyNoLab = Exclude<keyof typeof LAB_REMEDIES, 'LAB_NOT_ASKED'>;
export type WhyNoSource = keyof typeof SOURCE_REMEDIES;
export type CaptureCode = Extract<WhyNoSource, `CAPTURE_${string}`>;

/** The remedy for a code of either kind that came from outside. */
export const REMEDIES: Readonly<Record<string, string | undefined>> = { ...LAB_REMEDIES, ...SOURCE_REMEDIES };

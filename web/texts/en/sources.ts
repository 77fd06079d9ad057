import type { WhyNoSource } from '../../../bridge/protocol/remedies.ts';
import type { Tells } from '../../../bridge/trace/trace.ts';

/** Which source saw what, and why another saw nothing. */
export const sources = {
  heading: 'Who saw what',
  yes: 'seen',
  no: 'not seen',
  captured: 'Packets were captured.',
  notCaptured: 'Packets were not captured: the segments are inferred from what both programs did.',
  nothingOfSegments: 'Packets were not captured, and the client’s calls were not seen: the segments are not known.',
  noProbe: 'The server’s calls are not observed.',
  names: {
    'client-socket': 'the client’s calls',
    capture: 'the packets',
    'capture-file': 'the capture file',
    'kernel-states': 'the kernels’ states',
    'server-probe': 'the server’s calls, by a probe',
    'server-syscalls': 'the call the server is blocked in',
    'server-tracer': 'the server’s calls, by a tracer',
    'server-strace': 'the server’s calls, by strace',
    'server-output': 'what the server prints',
    'server-listener': 'the listening socket',
  },
  /** A source without words of its own is called by what it reports, and by its name. */
  otherName: (what: string, name: string) => `${what} (${name})`,
  tells: {
    calls: 'calls',
    segments: 'packets',
    states: 'states of the connection',
    output: 'printed lines',
  } satisfies Record<Tells, string>,
  why: {
    CAPTURE_NOT_PERMITTED: 'This user may not capture packets.',
    CAPTURE_NO_TCPDUMP: 'tcpdump is not installed.',
    NOT_IN_CAPTURES: 'A capture file has packets only: nobody saw what the programs called.',
    CAPTURE_LOST_PACKETS: 'The capture lost some packets.',
    CAPTURE_OFF: 'Capturing is switched off.',
    CAPTURE_NOT_TRIED: 'Capturing was not tried yet.',
    CAPTURE_NO_ROUTE: 'This machine has no route to the target.',
    CAPTURE_TOO_SLOW: 'tcpdump did not begin within two seconds.',
    CAPTURE_FAILED: 'tcpdump cannot capture here.',
    CAPTURE_SAW_NOTHING: 'tcpdump saw no packet of this connection.',
    CAPTURE_ENDED_EARLY: 'tcpdump ended before the connection did.',
    CAPTURE_BEGAN_LATE: 'The connection was open before Aperto watched: its beginning was not seen.',
    PRINTS_ELSEWHERE: 'The program prints to the terminal in which it was started.',
    SCRIPTS_ONLY: 'On this wire, only the packets of scripts are captured, not those of a client program.',
    CAPTURE_CLOCK_SET: 'This machine’s clock was set during the run: some times may be wrong.',
    SYSCALL_NOT_READABLE: 'The kernel does not let Aperto see in which call the server is blocked.',
    UNKNOWN_MACHINE: 'Aperto does not know the call numbers of this kind of processor.',
    SERVER_HAS_PROBE: 'Not needed: the probe reports more.',
    SERVER_HAS_TRACER: 'Not needed: the tracer reports more.',
    NOT_LINUX: 'Only Linux reports this.',
    TRACER_NOT_ASKED: 'The tracer is for programs that are not Node programs. With --calls tracer it reports on any.',
    TRACER_NOT_PERMITTED:
      'This machine does not let Aperto trace a program (ptrace). A container needs the capability SYS_PTRACE.',
    TRACER_YAMA:
      'This machine lets only root trace programs (Yama). One setting allows a program’s own parent to trace it.',
    TRACER_NOT_POSSIBLE: 'Tracing needs Linux 5.3 or later on a processor of the kind x86-64 or arm64.',
    TRACER_NOT_LOADED:
      'The tracer could not be loaded: the package koffi is broken, or has no ready-made binary for this machine. Aperto looks from outside instead.',
    CALLS_BY_IO_URING:
      'The program hands some calls to its kernel through io_uring, where nobody sees them: what is shown may be incomplete.',
    OTHER_ARCHITECTURE: 'A part of the program is made for another kind of processor: its calls are not seen.',
    CALLS_NOT_ASKED: 'Aperto was started with --calls none.',
    NOT_SEEN_LISTENING: 'Not looked for, or not found.',
    SERVER_NOT_OURS: 'Aperto did not start the server.',
    SERVER_ENDED: 'The server program has ended.',
    NO_PROBE_IN_SERVER: 'A probe works only in a Node server that Aperto starts.',
  } satisfies Record<WhyNoSource, string>,
  unknownWhy: (code: string) => `The reason has a code that this page does not know (${code}).`,
};

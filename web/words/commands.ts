/** Commands that would give the page more to show, by the stable code that says why it is not there. The same in every language. */
export const COMMANDS: Record<string, string> = {
  LAB_NO_UTIL_LINUX: 'sudo apt-get install util-linux',
  LAB_NO_USER_NAMESPACES: 'sudo sysctl -w user.max_user_namespaces=10000',
  LAB_NO_UNPRIVILEGED_NAMESPACES: 'sudo sysctl -w kernel.unprivileged_userns_clone=1',
  LAB_APPARMOR: 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  LAB_NO_TUN: 'sudo modprobe tun',
  LAB_TUN_FORBIDDEN: 'sudo chmod 0666 /dev/net/tun',
  LAB_NO_STATES: 'sudo modprobe -a inet_diag tcp_diag',
  LAB_SERVER_NOT_OWNED: "npm start -- --server 'COMMAND'",
  LAB_TARGET_ELSEWHERE: "npm start -- --server 'COMMAND'",
  LAB_IPV4_ONLY: "npm start -- --target 127.0.0.1:65432 --server 'COMMAND'",
  LAB_NOT_ASKED: 'npm start -- --wire lab',
  CAPTURE_OFF: 'npm start -- --capture auto',
  CAPTURE_NOT_PERMITTED: 'sudo setcap cap_net_raw=ep "$(command -v tcpdump)"',
  CAPTURE_NO_TCPDUMP: 'sudo apt-get install tcpdump',
  STRACE_NOT_INSTALLED: 'sudo apt-get install strace',
  STRACE_NOT_ASKED: "npm start -- --strace --server 'COMMAND'",
};

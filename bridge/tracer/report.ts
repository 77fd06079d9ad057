/**
 * What the tracer reports: one JSON object a line, on `TRACER_DESCRIPTOR`. Times are microseconds of CLOCK_MONOTONIC, taken
 * while the thread is stopped: at an entry the call has not begun, at a return it is over. Processes and threads have the
 * numbers of the tracer's own namespace.
 */
export type TracerReport = Ready | Started | Born | Died | Exited | Unseen | Entered | Returned | Released | Gone;

/** The tracer waits for its command. `errno` says why it cannot trace; it is absent if it can. */
export interface Ready {
  what: 'ready';
  errno?: string;
}

/** The program runs. `errno` says why it is not traced; it is absent if it is. */
export interface Started {
  what: 'started';
  process: number;
  errno?: string;
}

/** The program has one more process. */
export interface Born {
  what: 'born';
  process: number;
  /** The process that made it. */
  parent: number;
}

/** A process of the program has ended. */
export interface Died {
  what: 'died';
  process: number;
  code: number;
  /** The number of the signal that ended it; 0 if none did. */
  signal: number;
}

/** The program's first process has ended, and others go on. */
export interface Exited {
  what: 'exited';
  code: number;
  /** The number of the signal that ended it; 0 if none did. */
  signal: number;
}

/** A process makes calls that no tracer of this kind sees. */
export interface Unseen {
  what: 'unseen';
  process: number;
  /** `io_uring`: the kernel takes calls from memory. `architecture`: the process has another one than the tracer. */
  why: 'io_uring' | 'architecture';
}

/** What the entry of a call and its return share. */
interface CallReport {
  /** Unique for this entry; its return has the same number. */
  call: number;
  /** The system call's own name. */
  name: string;
  at: number;
  process: number;
  thread: number;
  descriptor?: number;
  /** The tracer's number of the socket behind the descriptor. It is never used again. */
  socket?: number;
}

/** A call on a TCP socket, or one that waits for TCP sockets, begins. */
export interface Entered extends CallReport {
  what: 'enter';
  /** The address that bind() or connect() names: `host:port`. */
  address?: string;
  /** For connect(): the kernel's own number of the socket, by which others know it too. */
  inode?: number;
  /** The bytes that the program offers or has room for. */
  length?: number;
  flags?: number;
  /** How far shutdown() ends the connection: 0 receiving, 1 sending, 2 both. */
  how?: number;
  /** The option of setsockopt() or getsockopt(), and the first bytes of the value that it sets, in hex. */
  option?: { level: number; name: number; value?: string };
  /** For splice(): whether the socket gets the bytes; it gives them otherwise. */
  sends?: boolean;
  /** The sockets for which poll() or select() waits. */
  waitsFor?: number[];
  /** The set of sockets for which epoll_wait() waits, or which epoll_ctl() changes. It is never used again. */
  set?: number;
  /** For epoll_ctl(): whether the socket joins the set or leaves it; absent if it only changes. */
  change?: 'joins' | 'leaves';
  /** For fork(): the sockets of the process, which its child shares. For exit(): those that end with the process. */
  holds?: number[];
  /** For exit(): the exit code. */
  code?: number;
}

/** The call returned. A call that a signal interrupted returns too; if the kernel makes it again, `errno` is ERESTART…. */
export interface Returned extends CallReport {
  what: 'return';
  /** What the call returned; -1 if it failed. For fork(): the child's number in the tracer's own namespace. */
  result: number;
  /** `ok` or the errno name. */
  errno: string;
  /** Bytes sent or received, and the first of them in hex. */
  bytes?: number;
  payload?: string;
  /** For getsockopt(): the first bytes of the option's value, in hex. */
  value?: string;
  /** The socket that socket(), accept() or dup() returned. */
  newSocket?: number;
  /** Both ends of that socket, or of the one that was bound, connected or made to listen. A connect() that goes on has them too. */
  local?: string;
  peer?: string;
  /** For close(): no other descriptor of the program stands for the socket. */
  last?: boolean;
}

/** The last descriptor of a socket has gone without a close(): its process ended, or became another program. */
export interface Released {
  what: 'released';
  at: number;
  socket: number;
}

/** A thread has ended: what it was in will never return. */
export interface Gone {
  what: 'gone';
  thread: number;
}

/** What the tracer reads from `TRACER_DESCRIPTOR` before anything else, as one line of JSON. */
export interface TracerCommand {
  command: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** The environment variable with which a Node program has a probe, so that it needs no tracer. */
  probeVariable?: string;
}

/** The tracer's descriptor to the bridge. The program has none with this number. */
export const TRACER_DESCRIPTOR = 4;
/** Open as long as the bridge lives. A line says that it wants no more reports. */
export const BRIDGE_LIVES_DESCRIPTOR = 5;
/** At most this many bytes of a call are reported. */
export const PAYLOAD_REPORTED = 4096;

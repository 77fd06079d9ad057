/** The calls of the C library that a terminal needs and Node does not offer. */
import type koffi from 'koffi';
import { createRequire } from 'node:module';

/** From fcntl(2) and linux/termios.h. */
const F_DUPFD_CLOEXEC = 1030;
const TIOCSWINSZ = 0x5414;

export interface TerminalCalls {
  /** Lets the other end of a master be opened. Like all of these, it returns whether it could. */
  unlock(master: number): boolean;
  /** The path of the other end of a master. */
  pathOf(master: number): string | undefined;
  getSettings(terminal: number, settings: Uint32Array): boolean;
  setSettings(terminal: number, settings: Uint32Array): boolean;
  setSize(terminal: number, rows: number, columns: number): boolean;
  /** A second descriptor for the same file, closed in programs that this process starts; or -1. */
  duplicate(descriptor: number): number;
}

/** These calls; nothing if this machine does not have them. */
export function terminalCalls(): TerminalCalls | undefined {
  return (loaded ??= { calls: load() }).calls;
}

let loaded: { calls: TerminalCalls | undefined } | undefined;

/** Only a process that starts programs needs this, and it takes a while to load. */
function load(): TerminalCalls | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const libc = (createRequire(import.meta.url)('koffi') as typeof koffi).load(null);
    const unlockpt = libc.func('int unlockpt(int fd)');
    const ptsname = libc.func('int ptsname_r(int fd, void *buffer, size_t length)');
    const tcgetattr = libc.func('int tcgetattr(int fd, void *settings)');
    const tcsetattr = libc.func('int tcsetattr(int fd, int when, void *settings)');
    const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
    const fcntl = libc.func('int fcntl(int fd, int command, int least)');
    return {
      unlock: (master) => unlockpt(master) === 0,
      pathOf: (master) => {
        const path = Buffer.alloc(64);
        return ptsname(master, path, path.length) === 0 ? path.toString('latin1', 0, path.indexOf(0)) : undefined;
      },
      getSettings: (terminal, settings) => tcgetattr(terminal, settings) === 0,
      setSettings: (terminal, settings) => tcsetattr(terminal, 0, settings) === 0,
      setSize: (terminal, rows, columns) => ioctl(terminal, TIOCSWINSZ, Uint16Array.of(rows, columns, 0, 0)) === 0,
      duplicate: (descriptor) => fcntl(descriptor, F_DUPFD_CLOEXEC, 0) as number,
    };
  } catch {
    // There is no binary of the package for this machine.
    return undefined;
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { BRIDGE } from './built-programs.ts';
import { descendants } from './descendants.ts';

const INSIDE = new URL('../../fixtures/inside.mjs', import.meta.url).href;

/** A timer runs, a file is read or closed, a task waits for its turn: none of it stays open. */
const UNDER_WAY: ReadonlySet<string> = new Set(['Timeout', 'FSReqPromise', 'CloseReq', 'Immediate']);

/** What a process has open: lists of kinds, sorted, as `socket`, `pipe`, `Timeout`. */
export interface Open {
  descriptors: string[];
  /** What keeps Node's loop going: timers, sockets, children. */
  resources: string[];
  /** The numbers of all processes below it. */
  children: number[];
  /** The network namespaces in which those are, without the one of this machine. */
  namespaces: string[];
}

/** A bridge in a process of its own that can be examined from outside and inside. It ends with this process. Linux only. */
export class WatchedBridge {
  readonly #child: ChildProcess;
  #complaints = '';
  #port = 0;

  /**
   * Resolves when it has printed its URL.
   * @param options of `npm start`
   * @param inside what is changed inside it: see `test/fixtures/inside.mjs`
   */
  static async start(options: readonly string[], inside: Record<string, string> = {}): Promise<WatchedBridge> {
    const bridge = new WatchedBridge(options, inside);
    await bridge.#listening();
    return bridge;
  }

  private constructor(options: readonly string[], inside: Record<string, string>) {
    const node = ['--expose-gc', '--import', INSIDE, ...BRIDGE];
    this.#child = spawn(process.execPath, [...node, '--http', '127.0.0.1:0', ...options], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...inside },
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What it said on its standard error stream. */
  get complaints(): string {
    return this.#complaints;
  }

  /** What it has open when nothing is under way. */
  async atRest(): Promise<Open> {
    let open: Open;
    do open = await this.open();
    while (open.resources.some((resource) => UNDER_WAY.has(resource)));
    return open;
  }

  async open(): Promise<Open> {
    const { pid } = this;
    const { resources } = await this.#ask();
    const children = descendants(pid).sort((a, b) => a - b);
    return {
      descriptors: kindsOf(pid),
      resources: resources.sort(),
      children,
      namespaces: [...new Set(children.flatMap(namespaceOf))].filter((each) => each !== namespaceOf(pid)[0]).sort(),
    };
  }

  /** Bytes, after all garbage was collected. */
  async memory(): Promise<NodeJS.MemoryUsage> {
    return (await this.#ask()).memory;
  }

  /** The most memory that it has had so far, in bytes. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)![1]) * 1024;
  }

  /** Ends it in order; returns its exit status, or the signal that ended it. */
  stop(): Promise<number | string> {
    return this.#end('SIGTERM');
  }

  /** Ends it without a warning. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<number | string> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return (exitCode ?? signalCode)!;
    const exit = once(this.#child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#child.kill(signal);
    const [code, by] = await exit;
    return code ?? by!;
  }

  async #listening(): Promise<void> {
    this.#child.once('exit', () => this.#child.stdout!.destroy());
    let text = '';
    for await (const more of this.#child.stdout!.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      this.#port = Number(/^Aperto is at http:\/\/127\.0\.0\.1:(\d+)$/m.exec((text += more))?.[1] ?? 0);
      if (this.#port !== 0) break;
    }
    if (this.#port === 0) throw new Error(`the bridge ended before it listened: ${this.#complaints}`);
    this.#child.stdout!.resume();
  }

  async #ask(): Promise<{ resources: string[]; memory: NodeJS.MemoryUsage }> {
    const answer = once(this.#child, 'message') as Promise<[{ resources: string[]; memory: NodeJS.MemoryUsage }]>;
    this.#child.send('open');
    return (await answer)[0];
  }
}

/** The number in `socket:[4711]` differs each time. Which files the event loop keeps in reserve is its own affair. */
function kindsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .flatMap((descriptor) => linkOf(`/proc/${pid}/fd/${descriptor}`))
    .map((target) => (target.startsWith('/') ? 'file' : target.replace(/:\[\d+\]$/, '')))
    .sort();
}

function namespaceOf(pid: number): string[] {
  return linkOf(`/proc/${pid}/ns/net`);
}

/** Empty if the process has ended meanwhile. */
function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

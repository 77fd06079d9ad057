/**
 * One host of the lab, as the bridge holds it: a process in its own user, network and process namespace (unshare(1)), made
 * without root. It starts the process, passes frames, and says whether the host is there. What the frames mean it does not
 * know. The host ends with this process, however that ends, since its stream is then closed.
 *
 *     LabWire ─ message, packet ─▶ LabHost ─ frames on descriptor 3 ─▶ host/main.ts in its namespaces
 *             ◀────────────────────        ◀───────────────────────────
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { BUILT } from '../../machine/paths.ts';
import { FrameReader, FrameWriter, type Frames } from './frames.ts';
import { HostFailure } from './lab-unavailable.ts';
import type { FromHost, HostSettings, ToHost } from './lab-messages.ts';
import { entering, firstProcess, isolated } from './namespaces.ts';

/** Descriptor of a host's end of the stream to the bridge. */
const DESCRIPTOR = 3;
/** Characters of its standard error that are kept. */
const KEPT_OUTPUT = 2000;

export class LabHost {
  readonly #child: ChildProcess;
  readonly #writer: FrameWriter<ToHost>;
  /** Resolves when the host has ended, for whatever reason. */
  readonly ended: Promise<void>;
  #frames: Frames<FromHost> | undefined;
  #complaints = '';
  #pid: number | undefined;

  constructor(settings: HostSettings) {
    const [command, ...args] = isolated([process.execPath, BUILT.labHost, JSON.stringify(settings)]);
    this.#child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    const stream = this.#child.stdio[DESCRIPTOR] as Duplex;
    stream.on('error', () => {});
    this.#writer = new FrameWriter(stream);
    const reader = new FrameReader<FromHost>({
      packet: (bytes, at) => this.#frames?.packet(bytes, at),
      message: (message) => this.#frames?.message(message),
    });
    stream.on('data', (chunk: Buffer) => reader.feed(chunk));
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(0, KEPT_OUTPUT);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#complaints ||= error.message;
        resolve();
      });
    });
  }

  /**
   * @returns once the host is on its wire
   * @throws HostFailure
   */
  async ready(): Promise<void> {
    const failure = await Promise.race([
      this.ended.then(() => new HostFailure(this.#complaints)),
      new Promise<HostFailure | undefined>((resolve) => {
        const message = (first: FromHost): void => {
          if (first.type === 'ready') resolve(undefined);
          else if (first.type === 'failed') resolve(new HostFailure(first.message, first.what, first.code));
        };
        this.#frames = { packet: () => {}, message };
      }),
    ]);
    if (failure) throw failure;
    this.#pid = await firstProcess(this.#child.pid!);
  }

  /** From now on these get what the host sends. */
  listen(frames: Frames<FromHost>): void {
    this.#frames = frames;
  }

  tell(message: ToHost): void {
    this.#writer.message(message);
  }

  deliver(packet: Uint8Array): void {
    this.#writer.packet(packet, 0);
  }

  /** The command that starts a program on this host: it comes before the program's own. */
  entrance(): string[] {
    return entering(this.#pid!);
  }

  /** This machine's number of the host's first process. The host's namespaces end with that process. */
  get pid(): number {
    return this.#pid!;
  }

  /** Resolves when the host and everything in it have ended. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

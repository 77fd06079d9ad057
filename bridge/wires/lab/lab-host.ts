/**
 * One host of the lab, as the bridge sees it: a process in user, network and process namespaces of its own (unshare(1)),
 * made without root. This class starts the process, passes frames, and reports when the host is ready and when it has
 * ended. It does not know what the frames mean. The host also ends if the bridge is killed, because that closes the stream.
 *
 *     LabWire ─ send, deliver ─▶ LabHost ─ frames on descriptor 3 ─▶ host/main.ts in its namespaces
 *             ◀──────────────────        ◀───────────────────────────
 */
import { ChildProgram } from '../../machine/child-program.ts';
import { BUILT } from '../../machine/paths.ts';
import { FrameReader, FrameWriter, type Frames } from './frames.ts';
import { HostFailure } from './lab-unavailable.ts';
import { HOST_DESCRIPTOR, type FromHost, type HostSettings, type ToHost } from './lab-messages.ts';
import { entering, firstProcess, isolated } from './namespaces.ts';

/** Characters of its standard error that are kept. */
const KEPT_OUTPUT = 2000;

export class LabHost {
  readonly #child: ChildProgram;
  readonly #writer: FrameWriter<ToHost>;
  /** Resolves when the host has ended, for whatever reason. */
  readonly ended: Promise<void>;
  #frames: Frames<FromHost> | undefined;
  #complaints = '';
  #pid: number | undefined;
  #hasIpv6 = false;

  constructor(settings: HostSettings) {
    this.#child = new ChildProgram(isolated([process.execPath, BUILT.labHost, JSON.stringify(settings)]), {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    const stream = this.#child.stream(HOST_DESCRIPTOR);
    this.#writer = new FrameWriter(stream);
    const reader = new FrameReader<FromHost>({
      packet: (bytes, at) => this.#frames?.packet(bytes, at),
      message: (message) => this.#frames?.message(message),
    });
    stream.on('data', (chunk: Buffer) => reader.feed(chunk));
    this.#child
      .stream(2)
      .setEncoding('utf8')
      .on('data', (text: string) => {
        this.#complaints = (this.#complaints + text).slice(0, KEPT_OUTPUT);
      });
    this.ended = this.#child.ended.then(({ error }) => {
      if (error) this.#complaints ||= error.message;
    });
  }

  /**
   * Resolves when the host is on its wire.
   * @throws HostFailure
   */
  async ready(): Promise<void> {
    const failure = await Promise.race([
      this.ended.then(() => new HostFailure(this.#complaints)),
      new Promise<HostFailure | undefined>((resolve) => {
        const message = (first: FromHost): void => {
          if (first.type === 'ready') {
            this.#hasIpv6 = first.hasIpv6;
            resolve(undefined);
          } else if (first.type === 'failed') resolve(new HostFailure(first.message, first.what, first.code));
        };
        this.#frames = { packet: () => {}, message };
      }),
    ]);
    if (failure) throw failure;
    this.#pid = await firstProcess(this.#child.pid!).catch((error: NodeJS.ErrnoException) => {
      throw new HostFailure(error.message);
    });
  }

  /** Passes on what the host sends from now on. */
  passTo(frames: Frames<FromHost>): void {
    this.#frames = frames;
  }

  send(message: ToHost): void {
    this.#writer.message(message);
  }

  deliver(packet: Uint8Array): void {
    this.#writer.packet(packet, 0);
  }

  /** The command that starts a program on this host: it comes before the program's own. */
  entrance(folder?: string): string[] {
    return entering(this.#pid!, folder);
  }

  /** Whether it has an IPv6 address too. Known when it is ready. */
  get hasIpv6(): boolean {
    return this.#hasIpv6;
  }

  /** The id of the host's first process on this machine. The host's namespaces end with that process. */
  get pid(): number {
    return this.#pid!;
  }

  /** Resolves when the host and everything in it have ended. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

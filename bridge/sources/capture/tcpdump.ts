import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { ChildProgram } from '../../machine/child-program.ts';
import { endWithThisProcess } from '../../machine/end-with-this-process.ts';
import { LineSplitter } from '../../machine/line-splitter.ts';
import { PacketError } from '../../packet/packet-error.ts';
import { PcapReader, type CaptureRecord } from '../../packet/capture-file/pcap-reader.ts';
import { PAYLOAD_SHOWN } from '../../trace/step.ts';
import type { CapturePoint } from './capture-point.ts';
import { explain, type CaptureUnavailable } from './unavailable.ts';

/** Bytes of each packet: what a step shows of its data, and all headers. */
const SNAP_LENGTH = PAYLOAD_SHOWN + 256;
/** KiB that the kernel buffers for tcpdump: nearly 4000 packets. 400 connections at once then lose none (measured). */
const BUFFER_KIB = 16_384;
/** Milliseconds until it must capture; usually it takes 20. */
const START_MS = 2000;
/** Milliseconds from SIGTERM to SIGKILL; it usually needs 25, most of them for the kernel's buffer. */
const END_MS = 500;
/** Milliseconds that it has to print its counts; usually it takes 0.5. */
const COUNTS_MS = 100;
const COMPLAINT_LENGTH = 1000;

/** The signal at which tcpdump prints its counts and goes on: tcpdump(1). */
const PRINT_COUNTS: NodeJS.Signals = 'SIGINFO' in constants.signals ? 'SIGINFO' : 'SIGUSR1';

export interface TcpdumpOptions {
  point: CapturePoint;
  onRecord(record: CaptureRecord): void;
  /** Called once, when tcpdump has ended for whatever reason. */
  onEnd(): void;
  /** The program that stands in for tcpdump. */
  program?: string;
}

/**
 * One tcpdump at work.
 *
 *     spawned ─ "listening on" ─▶ capturing ─ end(), or by itself ─▶ ended
 *
 * It would outlive a killed bridge: when tcpdump drops its privileges, it also loses the signal of its parent's death.
 * `endWithThisProcess` ends it then.
 */
export class Tcpdump {
  /** Resolves when tcpdump captures, or with the reason why it cannot. Never rejects. */
  readonly listening: Promise<CaptureUnavailable | undefined>;
  /** Packets for which the kernel had no room, as of the last count. */
  dropped = 0;
  ended = false;
  readonly #child: ChildProgram;
  readonly #over: Promise<void>;
  #startError: NodeJS.ErrnoException | undefined;
  #complaint = '';
  #asked: (() => void)[] = [];
  #nextAsked: (() => void)[] = [];
  #countsTimer: NodeJS.Timeout | undefined;

  constructor({ point, onRecord, onEnd, program = 'tcpdump' }: TcpdumpOptions) {
    // A group of its own: a terminal's Ctrl+C reaches the bridge alone.
    this.#child = new ChildProgram([program, ...argumentsFor(point)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/local/sbin` },
    });
    this.#over = this.#child.ended.then(({ error }) => void (this.#startError = error));
    if (this.#child.pid !== undefined) void this.#over.then(endWithThisProcess(this.#child.pid));
    this.#readPackets(this.#child.stream(1), onRecord);
    this.listening = this.#whenListening();
    void this.#over.then(() => {
      this.ended = true;
      this.#counted();
      onEnd();
    });
  }

  /** Resolves when `dropped` counts all that was lost by now, or after a short wait if tcpdump prints no counts. */
  countDropped(): Promise<void> {
    return new Promise((resolve) => {
      if (this.ended) return resolve();
      this.#nextAsked.push(resolve);
      if (this.#asked.length === 0) this.#ask();
    });
  }

  /** Resolves when tcpdump has ended. */
  async end(): Promise<void> {
    this.#child.kill();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#over;
    clearTimeout(kill);
  }

  #readPackets(stdout: Readable, onRecord: TcpdumpOptions['onRecord']): void {
    const reader = new PcapReader(onRecord);
    stdout.on('data', (chunk: Buffer) => {
      try {
        reader.feed(chunk);
      } catch (error) {
        if (!(error instanceof PacketError)) throw error;
        // tcpdump does not write this.
        this.#child.kill();
      }
    });
  }

  #whenListening(): Promise<CaptureUnavailable | undefined> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        resolve({ why: 'CAPTURE_TOO_SLOW' });
        void this.end();
      }, START_MS);
      const settle = (failure?: CaptureUnavailable): void => {
        clearTimeout(late);
        resolve(failure);
      };
      const lines = new LineSplitter(COMPLAINT_LENGTH, (line) => {
        if (line.includes('listening on')) settle();
        this.#takeLine(line);
      });
      this.#child
        .stream(2)
        .setEncoding('utf8')
        .on('data', (text: string) => lines.feed(text));
      void this.#over.then(() => settle(explain(this.#startError, this.#complaint)));
    });
  }

  #takeLine(line: string): void {
    const counts = /packets? received by filter, (\d+) packets? dropped by kernel/.exec(line);
    if (counts) {
      this.dropped = Number(counts[1]);
      this.#counted();
    } else if (this.#complaint.length < COMPLAINT_LENGTH) this.#complaint += `${line}\n`;
  }

  #ask(): void {
    this.#asked = this.#nextAsked;
    this.#nextAsked = [];
    this.#countsTimer = setTimeout(() => this.#counted(), COUNTS_MS);
    this.#child.kill(PRINT_COUNTS);
  }

  #counted(): void {
    clearTimeout(this.#countsTimer);
    const asked = this.ended ? [...this.#asked, ...this.#nextAsked.splice(0)] : this.#asked;
    this.#asked = [];
    for (const resolve of asked) resolve();
    if (this.#nextAsked.length > 0) this.#ask();
  }
}

function argumentsFor(point: CapturePoint): string[] {
  return [
    ['-i', point.interface],
    // Leaves out packets for other machines.
    '-p',
    // Each packet at once: neither the kernel nor tcpdump waits for more.
    '--immediate-mode',
    '-U',
    ['-s', String(SNAP_LENGTH)],
    ['-B', String(BUFFER_KIB)],
    '-nn',
    '--time-stamp-precision=nano',
    ['-w', '-'],
    point.filter,
  ].flat();
}

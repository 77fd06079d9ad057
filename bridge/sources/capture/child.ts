import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { endedWithUs } from '../../machine/ended-with-us.ts';
import { LineSplitter } from '../../machine/line-splitter.ts';
import { PacketError } from '../../packet/packet-error.ts';
import { PcapReader, type CaptureRecord } from '../../packet/capture-file/pcap-reader.ts';
import { PAYLOAD_SHOWN } from '../../trace/step.ts';
import type { CapturePoint } from './point.ts';
import { explain, type CaptureUnavailable } from './unavailable.ts';

/** Bytes of each packet: what a step shows of its data, and all headers. */
const SNAP_LENGTH = PAYLOAD_SHOWN + 256;
/** KiB that the kernel keeps for tcpdump: nearly 4000 packets, so that 400 connections at once lose none (measured). */
const BUFFER_KIB = 16_384;
/** Milliseconds until it must listen; 20 are usual. */
const START_MS = 2000;
/** Milliseconds from being asked to end until it is killed; 25 are usual, most of them for the kernel's buffer. */
const END_MS = 500;
/** Milliseconds that it has to answer what was lost; 0.5 are usual. */
const ANSWER_MS = 100;
const COMPLAINT_LENGTH = 1000;

/** The signal at which tcpdump tells its counts and goes on: tcpdump(1). */
const TELL_COUNTS: NodeJS.Signals = 'SIGINFO' in constants.signals ? 'SIGINFO' : 'SIGUSR1';

export interface CaptureChildOptions {
  point: CapturePoint;
  /** Each packet, as it comes. */
  onRecord(record: CaptureRecord): void;
  /** It has ended, whoever wanted it; called once. */
  onEnd(): void;
  /** The program, where another is to stand in for tcpdump. */
  program?: string;
}

/**
 * One tcpdump at work.
 *
 *     spawned ─ "listening on" ─▶ capturing ─ end(), or by itself ─▶ ended
 *
 * It would outlive a bridge that is killed, and gives up the wish to end with its parent when it gives up its rights: so
 * it is ended by `endedWithUs`.
 */
export class CaptureChild {
  /** Resolves, never rejects, when it captures; with a reason when it cannot. */
  readonly listening: Promise<CaptureUnavailable | undefined>;
  /** Packets for which the kernel had no room, as far as it was asked. */
  dropped = 0;
  ended = false;
  readonly #child: ChildProcess;
  readonly #over: Promise<void>;
  #startError: NodeJS.ErrnoException | undefined;
  #complaint = '';
  #asked: (() => void)[] = [];
  #nextAsked: (() => void)[] = [];
  #answerTimer: NodeJS.Timeout | undefined;

  constructor({ point, onRecord, onEnd, program = 'tcpdump' }: CaptureChildOptions) {
    // A group of its own: a terminal's Ctrl+C reaches the bridge alone.
    this.#child = spawn(program, argumentsFor(point), {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/local/sbin` },
    });
    this.#over = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      // Also told of a signal that could not be sent.
      this.#child.on('error', (error) => {
        if (this.#child.pid !== undefined) return;
        this.#startError = error;
        resolve();
      });
    });
    if (this.#child.pid !== undefined) this.#child.once('exit', endedWithUs(this.#child.pid));
    this.#readPackets(this.#child.stdout!, onRecord);
    this.listening = this.#whenListening();
    void this.#over.then(() => {
      this.ended = true;
      this.#answered();
      onEnd();
    });
  }

  /** Resolves when `dropped` counts all that was lost by now, or soon after where tcpdump does not say. */
  countDropped(): Promise<void> {
    return new Promise((resolve) => {
      if (this.ended) return resolve();
      this.#nextAsked.push(resolve);
      if (this.#asked.length === 0) this.#ask();
    });
  }

  /** Resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.#child.kill();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#over;
    clearTimeout(kill);
  }

  #readPackets(stdout: Readable, onRecord: CaptureChildOptions['onRecord']): void {
    const reader = new PcapReader(onRecord);
    stdout.on('data', (chunk: Buffer) => {
      try {
        reader.feed(chunk);
      } catch (error) {
        if (!(error instanceof PacketError)) throw error;
        // Not what tcpdump writes: whatever it is, it is of no use.
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
      this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => lines.feed(text));
      void this.#over.then(() => settle(explain(this.#startError, this.#complaint)));
    });
  }

  #takeLine(line: string): void {
    const counts = /packets? received by filter, (\d+) packets? dropped by kernel/.exec(line);
    if (counts) {
      this.dropped = Number(counts[1]);
      this.#answered();
    } else if (this.#complaint.length < COMPLAINT_LENGTH) this.#complaint += `${line}\n`;
  }

  #ask(): void {
    this.#asked = this.#nextAsked;
    this.#nextAsked = [];
    this.#answerTimer = setTimeout(() => this.#answered(), ANSWER_MS);
    this.#child.kill(TELL_COUNTS);
  }

  #answered(): void {
    clearTimeout(this.#answerTimer);
    const asked = this.ended ? [...this.#asked, ...this.#nextAsked.splice(0)] : this.#asked;
    this.#asked = [];
    for (const resolve of asked) resolve();
    if (this.#nextAsked.length > 0) this.#ask();
  }
}

function argumentsFor(point: CapturePoint): string[] {
  return [
    ['-i', point.interface],
    // Not what is meant for other machines.
    '-p',
    // Each packet at once: through the kernel's buffer, and through tcpdump's own.
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

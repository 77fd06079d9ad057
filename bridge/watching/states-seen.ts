import { since } from '../sources/run-time.ts';
import { stepId } from '../trace/step-id.ts';
import type { Report, Sighting } from '../trace/report.ts';
import type { Side, State, TcpState } from '../trace/step.ts';
import type { TableReading, TableRow } from './connection-table.ts';

/** Microseconds by which a kernel may take a segment before or after it is captured. */
const BESIDE_US = 2000;
/** Milliseconds after which every packet that came before a reading has been read too, usually. */
export const STATES_WAIT_MS = 300;
/** Packets that are remembered: older ones are beside no reading that still waits. */
const MOST_PACKETS = 4096;

/**
 * The states of one connection that readings of the kernel's table show. A reading takes a while, so a state that it shows
 * beside a packet may be the one before or the one after: such a state is not reported.
 *
 *     packets  ──┼──────────────┼──
 *     readings    [x]   [ok]
 */
export class StatesSeen {
  readonly #confirms: boolean;
  readonly #zero: number;
  readonly #sink: (report: Report) => void;
  readonly #last: Partial<Record<Side, { state: TcpState; at: number }>> = {};
  readonly #counts = new Map<string, number>();
  #packets: number[] = [];
  #waiting: { sighting: Sighting; from: number; until: number }[] = [];

  /**
   * @param confirms whether the states follow from the segments: then they are sightings, otherwise steps
   * @param zero microseconds of the monotonic clock
   */
  constructor(confirms: boolean, zero: number, sink: (report: Report) => void) {
    this.#confirms = confirms;
    this.#zero = zero;
    this.#sink = sink;
  }

  /** Whether there are states that are not certain yet. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  packetAt(at: number): void {
    this.#packets.push(at);
    if (this.#packets.length > 2 * MOST_PACKETS) this.#packets = this.#packets.slice(-MOST_PACKETS);
  }

  take(row: TableRow, { from, until }: TableReading): void {
    for (const side of ['client', 'server'] as const) {
      const state = row[side]?.state;
      if (state === undefined) continue;
      const last = this.#last[side];
      const packetAt = this.#packets.at(-1) ?? -Infinity;
      if (last?.state === state && packetAt < last.at) continue;
      // A later reading will show it again.
      if (this.#confirms && packetAt > from - BESIDE_US) continue;
      this.#last[side] = { state, at: until };
      const at = since(this.#zero, until);
      if (!this.#confirms) this.#step(side, last?.state ?? state, state, at);
      else this.#waiting.push({ from, until, sighting: this.#sighting(side, state, at) });
    }
  }

  /** Reports the states that are certain by now. @param final no more packets will come */
  release(now: number, final: boolean): void {
    const due = this.#waiting.filter(({ until }) => final || until < now - STATES_WAIT_MS * 1000);
    this.#waiting = this.#waiting.filter((each) => !due.includes(each));
    for (const { sighting, from, until } of due) {
      const isBeside = this.#packets.some((at) => at > from - BESIDE_US && at < until + BESIDE_US);
      if (!isBeside) this.#sink(sighting);
      else if (this.#last[sighting.side]?.at === until) delete this.#last[sighting.side];
    }
  }

  #sighting(side: Side, state: TcpState, at: number): Sighting {
    return { kind: 'sighting', id: this.#id(side, 'seen'), at, side, state };
  }

  /** A state that nobody saw the connection enter begins and ends as itself. */
  #step(side: Side, from: TcpState, to: TcpState, at: number): void {
    if (from === to && this.#counts.has(`${side} ${to}`)) return;
    const id = this.#id(side, to);
    const state: State = { kind: 'state', id, at, side, evidence: 'observed', from, to, seenAt: at };
    this.#sink(state);
  }

  #id(side: Side, what: TcpState | 'seen'): string {
    const name = `${side} ${what}`;
    const before = this.#counts.get(name) ?? 0;
    this.#counts.set(name, before + 1);
    return stepId(side, what, what === 'seen' ? before : before || undefined);
  }
}

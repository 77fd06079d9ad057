/**
 * Reports that the server program listens, as the kernel's table shows it (/proc/net/tcp). The table does not show since
 * when. This source reports no connections, and nothing at all if a better source sees the program listen.
 *
 *     /proc/net/tcp ─▶ listening-socket ─ in LISTEN ─▶ server-listener ─▶ the step before the run
 */
import { monotonicUs } from '../../machine/clock.ts';
import type { Sink } from '../../trace/report.ts';
import { observedListening } from '../observed-steps.ts';
import { since } from '../run-time.ts';
import { NOTHING_TO_WATCH, type EvidenceSource, type OwnStatus, type Watch } from '../source.ts';

export class ServerListener implements EvidenceSource {
  readonly tells = 'states';
  readonly side = 'server';
  #seenAt: number | undefined;

  status(): OwnStatus {
    return this.#seenAt === undefined
      ? { name: 'server-listener', active: false, why: 'NOT_SEEN_LISTENING' }
      : { name: 'server-listener', active: true };
  }

  /** The table has just been read. */
  saw(listening: boolean): void {
    this.#seenAt = listening ? monotonicUs() : undefined;
  }

  watch(startedAt: number, sink: Sink): Watch {
    if (this.#seenAt !== undefined) sink(observedListening(since(startedAt, this.#seenAt)));
    return NOTHING_TO_WATCH;
  }
}

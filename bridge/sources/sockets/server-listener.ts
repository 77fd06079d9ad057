/**
 * That the server program listens, as the kernel's own table shows it (/proc/net/tcp). It shows no connection, and not
 * since when the program listens. It reports only if no source inside or beside the program does.
 *
 *     /proc/net/tcp ─▶ listening-socket ─ in LISTEN ─▶ server-listener ─▶ the step before the run
 */
import { monotonicUs } from '../../machine/clock.ts';
import { toTenths } from '../../trace/step.ts';
import type { Sink } from '../../trace/report.ts';
import { observedListening } from '../observed-steps.ts';
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
    if (this.#seenAt !== undefined) sink(observedListening(toTenths(this.#seenAt - startedAt)));
    return NOTHING_TO_WATCH;
  }
}

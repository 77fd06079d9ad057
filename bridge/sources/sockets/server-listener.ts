import { monotonicUs } from '../../machine/clock.ts';
import { toTenths } from '../../trace/draft.ts';
import type { Sink } from '../../trace/report.ts';
import { observedListening } from '../observed-steps.ts';
import { NOTHING_TO_WATCH, type EvidenceSource, type OwnStatus, type Watch } from '../source.ts';

/**
 * The kernel's own table (/proc/net/tcp): the server program's socket is in LISTEN. It speaks only where no probe does,
 * for a program that is not Node.
 */
export class ServerListener implements EvidenceSource {
  readonly tells = 'states';
  readonly side = 'server';
  #seenAt: number | undefined;

  status(): OwnStatus {
    return this.#seenAt === undefined
      ? { name: 'server-listener', active: false, why: 'NOT_SEEN_LISTENING' }
      : { name: 'server-listener', active: true };
  }

  /** The table was just read: the program listens, or no longer. */
  saw(listening: boolean): void {
    this.#seenAt = listening ? monotonicUs() : undefined;
  }

  watch(startedAt: number, sink: Sink): Watch {
    if (this.#seenAt !== undefined) sink(observedListening(toTenths(this.#seenAt - startedAt)));
    return NOTHING_TO_WATCH;
  }
}

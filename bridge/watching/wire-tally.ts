import type { Outcome } from '../trace/trace.ts';
import type { Segment } from '../trace/step.ts';

/** How a connection ended, as far as its captured segments show: nobody has seen the client's calls. */
export class WireTally {
  #isAnswered = false;
  #hasReply = false;
  #isReset = false;
  #hasFin = false;

  take({ from, flags, length }: Segment): void {
    if (flags.includes('RST')) this.#isReset = true;
    if (from === 'client') return;
    if (flags.includes('SYN')) this.#isAnswered = true;
    if (flags.includes('FIN')) this.#hasFin = true;
    if (length > 0) this.#hasReply = true;
  }

  /** @param isWhole whether its SYN was captured: otherwise it had been answered, and what came before is not known */
  end(isWhole: boolean): { outcome: Outcome; error?: string } {
    if (this.#isReset && isWhole && !this.#isAnswered) return { outcome: 'refused', error: 'ECONNREFUSED' };
    if (this.#isReset) return { outcome: 'reset' };
    if (this.#hasReply) return { outcome: 'replied' };
    return { outcome: isWhole && this.#hasFin ? 'silent' : 'unknown' };
  }
}

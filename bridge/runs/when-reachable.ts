import type { LinkSettings } from '../trace/link.ts';
import type { Wire } from '../wires/wire.ts';

/** What a run waits for before its client may connect. */
export interface Reachable {
  wire: Wire;
  /** How the link treats the run's packets; only for a wire that has one. */
  link?: LinkSettings;
  /** `wire` has broken: resolves with the one in its place. */
  nextWire?: Promise<Wire> | undefined;
  /** The server program is still starting: resolves when it listens, or if it is no use to wait any longer. */
  untilListening?: Promise<void> | undefined;
}

/**
 * Calls `open` with the wire that carries the run: at once if there is nothing to wait for, and otherwise later.
 * @param fail gets `LINK_NEEDS_LAB` if the run has a link, and the wire has none any more
 */
export function whenReachable(
  { wire, link, nextWire = Promise.resolve(wire), untilListening }: Reachable,
  open: (wire: Wire, hasWaited: boolean) => void,
  fail: (code: 'LINK_NEEDS_LAB') => void,
): void {
  if (!untilListening) return open(wire, false);
  void Promise.all([nextWire, untilListening]).then(([next]) =>
    link && !next.hasLink ? fail('LINK_NEEDS_LAB') : open(next, true),
  );
}

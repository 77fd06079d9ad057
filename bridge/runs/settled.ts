import type { Watch } from '../sources/source.ts';

/** Milliseconds that the other sources have after the client closed, to report what they saw. */
const SETTLE_MS = 200;

/**
 * Resolves when the other sources have reported the end too, but soon in any case: a server may never close.
 * @param isInTime whether the run may take longer, if a source is sure to report more
 */
export function settled(
  watches: readonly Pick<Watch, 'whenSettled' | 'busy'>[],
  isInTime: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let open = watches.length;
    if (open === 0) return resolve();
    let timer: NodeJS.Timeout | undefined;
    // On a busy machine the timer may fire before the bridge reads what arrived long ago: one more turn reads it.
    const wait = (): void => void (timer ??= setInterval(() => setImmediate(end), SETTLE_MS));
    const end = (): void => {
      // A source that has settled may be busy again: a kernel repeats what is lost.
      if (isInTime() && watches.some(({ busy }) => busy)) return wait();
      clearInterval(timer);
      resolve();
    };
    for (const watch of watches)
      watch.whenSettled(() => {
        open -= 1;
        // Packets that came together with the last report are still being read.
        if (open === 0) queueMicrotask(end);
      });
    if (open > 0) wait();
  });
}

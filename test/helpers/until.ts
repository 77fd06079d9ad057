import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when a fact holds that nothing announces. The test's own limit ends a wait in vain. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await delay(5);
}

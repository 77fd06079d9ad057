import { plainScript } from '../../bridge/trace/script.ts';
import type { getPageState } from './page-state.ts';

/** Begins a run that sends the number, over the wire that the viewer has set. */
export function sendNumber({ page, settings }: ReturnType<typeof getPageState>, number: bigint): void {
  settings.number = number.toString();
  page.play({ script: plainScript(number), link: settings.link });
  settings.remember();
}

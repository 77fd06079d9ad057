import { createContext } from 'svelte';
import type { Page } from '../runs/page.ts';
import type { OpenCapture } from '../captures/open-capture.svelte.ts';
import type { Settings } from '../settings/settings.svelte.ts';
import type { Shown } from './what-is-shown.svelte.ts';

/** What every panel works with. */
interface PageState {
  /** The capture file that is open, if one is. */
  readonly captures: OpenCapture;
  /** What the viewer can do. */
  readonly page: Page;
  /** What the viewer has set. */
  readonly settings: Settings;
  /** What there is to see. */
  readonly shown: Shown;
}

export const [getPageState, setPageState] = createContext<PageState>();

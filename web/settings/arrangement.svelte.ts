import { keep, kept } from './kept.ts';

/** The narrowest and the widest column beside the picture, in rem: the state diagram needs the first. */
export const COLUMN = { least: 20, most: 48 } as const;

/**
 * How the viewer has arranged the page. Whether the controls are folded away and how wide the column beside the picture
 * is are kept for the next visit; the tab of the inspector is kept for this visit.
 */
export class Arrangement {
  readonly #visit: Storage | undefined;
  #isFolded = $state(kept('side') === 'folded');
  #column = $state(columnIn(kept('column')));
  #tab = $state('');

  /** @param visit what the browser keeps until its tab is closed */
  constructor(visit: Storage | undefined) {
    this.#visit = visit;
    this.#tab = visit?.getItem('aperto-tab') ?? '';
  }

  get isFolded(): boolean {
    return this.#isFolded;
  }
  fold(isFolded: boolean): void {
    this.#isFolded = isFolded;
    keep('side', isFolded ? 'folded' : 'open');
  }

  /** In rem; undefined until the viewer chooses: then it depends on the screen. */
  get column(): number | undefined {
    return this.#column;
  }
  set column(width: number | undefined) {
    this.#column = width === undefined ? undefined : within(width);
    keep('column', String(this.#column ?? ''));
  }

  /** The name of the chosen tab; empty until the viewer chooses. */
  get tab(): string {
    return this.#tab;
  }
  set tab(name: string) {
    this.#tab = name;
    try {
      this.#visit?.setItem('aperto-tab', name);
    } catch {
      return;
    }
  }
}

function columnIn(text: string | null): number | undefined {
  const width = Number.parseFloat(text ?? '');
  return Number.isFinite(width) ? within(width) : undefined;
}

const within = (width: number) => Math.min(Math.max(width, COLUMN.least), COLUMN.most);

/** The whole screen, if the browser gives it. A test supplies its own. */
export interface Screen {
  fill(): void;
  free(): void;
}

/** How long the player stays over the picture after the mouse has moved, in milliseconds. */
const SHOWN_MS = 2500;

const browserScreen: Screen = {
  // A browser may refuse, or not know the request: then the page alone changes its layout.
  fill: () => void document.documentElement.requestFullscreen?.().catch(() => {}),
  free: () => void (document.fullscreenElement && document.exitFullscreen().catch(() => {})),
};

/**
 * Presenter mode: picture, sentence and question alone, with large text. The screen can be made black, and made to show
 * the page again. It knows no run and no step.
 */
export class Presenter {
  readonly #screen: Screen;
  #isOn = $state(false);
  #isBlack = $state(false);
  #isPointing = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(screen: Screen = browserScreen) {
    this.#screen = screen;
  }

  get isOn(): boolean {
    return this.#isOn;
  }
  get isBlack(): boolean {
    return this.#isBlack;
  }

  /** The mouse has moved a moment ago. */
  get isPointing(): boolean {
    return this.#isPointing;
  }

  toggle(): void {
    if (this.#isOn) this.leave();
    else {
      this.#isOn = true;
      this.#screen.fill();
    }
  }

  leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#isBlack = false;
    this.#screen.free();
  }

  /** The mouse moves. */
  point(): void {
    if (!this.#isOn) return;
    this.#isPointing = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#isPointing = false), SHOWN_MS);
  }

  /** Makes the screen black, or shows the page again. */
  blacken(isBlack: boolean): void {
    this.#isBlack = this.#isOn && isBlack;
  }
}

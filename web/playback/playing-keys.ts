import type { Playback } from './playback.svelte.ts';
import type { Presenter } from './presenter.svelte.ts';

/**
 * Lets space, arrows, Home and End play the run, unless the focused element needs the key.
 * @param letGo lets a held segment go if the run waits for that, and returns whether it did; the step key tries this first
 */
export function playingKey(event: KeyboardEvent, playback: Playback, letGo = (): boolean => false): void {
  if (isNoPlainKey(event)) return;
  const action = actionOf(event.key, playback, letGo);
  if (!action || isTakenBy(event.target, event.key) || playback.count === 0) return;
  event.preventDefault();
  action();
}

/** The keys of the page's layout: P for presenter mode, C for the controls. */
export function layoutKey(event: KeyboardEvent, presenter: Presenter, foldControls: () => void): void {
  if (isNoPlainKey(event) || isTakenBy(event.target, event.key)) return;
  const key = event.key.toLowerCase();
  if (key === 'p') presenter.toggle();
  else if (key === 'c' && !presenter.isOn) foldControls();
  else return;
  event.preventDefault();
}

/** In presenter mode: what a presenter's remote control sends. A step shows a black screen's page again, and does no more. */
export function presenterKey(
  event: KeyboardEvent,
  presenter: Presenter,
  playback: Playback,
  letGo = (): boolean => false,
): void {
  if (!presenter.isOn || isNoPlainKey(event) || isTakenBy(event.target, event.key)) return;
  const by = stepOf(event.key);
  if (event.key === 'Escape') presenter.leave();
  else if (event.key === '.' || event.key.toLowerCase() === 'b') presenter.blacken(!presenter.isBlack);
  else if (by === undefined) return;
  else if (presenter.isBlack) presenter.blacken(false);
  else if (by === -1 || !letGo()) playback.step(by);
  event.preventDefault();
}

function stepOf(key: string): 1 | -1 | undefined {
  if (key === 'PageDown' || key === 'ArrowRight' || key === ' ') return 1;
  return key === 'PageUp' || key === 'ArrowLeft' ? -1 : undefined;
}

function isNoPlainKey(event: KeyboardEvent): boolean {
  return event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
}

function actionOf(key: string, playback: Playback, letGo: () => boolean): (() => void) | undefined {
  switch (key) {
    case ' ':
      return () => playback.toggle();
    case 'ArrowLeft':
      return () => playback.step(-1);
    case 'ArrowRight':
      return () => void (letGo() || playback.step(1));
    case 'Home':
      return () => playback.goTo(0);
    case 'End':
      return () => playback.goTo(playback.count - 1);
    default:
      return undefined;
  }
}

function isTakenBy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'range' || key !== ' ';
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return true;
  return key === ' ' && target instanceof HTMLButtonElement;
}

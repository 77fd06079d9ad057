import type { Playback } from './playback.svelte.ts';

/**
 * Lets space, arrows, Home and End play the run, unless the focused element needs the key.
 * @param letGo lets a held segment go if the run waits for that, and returns whether it did; the step key tries this first
 */
export function playingKey(event: KeyboardEvent, playback: Playback, letGo = (): boolean => false): void {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const action = actionOf(event.key, playback, letGo);
  if (!action || isTakenBy(event.target, event.key) || playback.count === 0) return;
  event.preventDefault();
  action();
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

import { afterEach, describe, expect, it, vi } from 'vitest';
import { layoutKey, playingKey, presenterKey } from '../../../web/playback/playing-keys.ts';
import { Playback, type Clock } from '../../../web/playback/playback.svelte.ts';
import { Presenter } from '../../../web/playback/presenter.svelte.ts';

const clock: Clock = { now: () => 0, request: () => 0, cancel: () => {} };
const beats = ['a', 'b', 'c', 'd'].map((id) => ({ id, ms: 10 }));

function keyOf(key: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent {
  let isPrevented = false;
  return {
    ...{ key, target: null, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more },
    get defaultPrevented() {
      return isPrevented;
    },
    preventDefault: () => (isPrevented = true),
  } as unknown as KeyboardEvent;
}

function made() {
  vi.stubGlobal('HTMLElement', class {});
  const screen = { fill: vi.fn(), free: vi.fn() };
  const presenter = new Presenter(screen);
  const playback = new Playback(clock);
  playback.update(beats as never);
  playback.goTo(0);
  const fold = vi.fn();
  /** As the page does it. */
  const press = (key: string, more?: Partial<KeyboardEvent>, letGo = () => false) => {
    const event = keyOf(key, more);
    presenterKey(event, presenter, playback, letGo);
    layoutKey(event, presenter, fold);
    playingKey(event, playback, letGo);
    return event.defaultPrevented;
  };
  return { screen, presenter, playback, fold, press };
}

afterEach(() => vi.unstubAllGlobals());

describe('the keys of the layout', () => {
  it('P begins and ends presenter mode, and asks for the screen', () => {
    const { press, presenter, screen } = made();
    expect(press('p')).toBe(true);
    expect(presenter.isOn).toBe(true);
    expect(screen.fill).toHaveBeenCalledOnce();
    press('P');
    expect(presenter.isOn).toBe(false);
    expect(screen.free).toHaveBeenCalledOnce();
  });

  it('C folds the controls, except where there are none', () => {
    const { press, fold } = made();
    press('c');
    expect(fold).toHaveBeenCalledOnce();
    press('p');
    press('c');
    expect(fold).toHaveBeenCalledOnce();
  });

  it('leaves keys with a modifier to the browser', () => {
    const { press, presenter, fold } = made();
    expect(press('p', { ctrlKey: true })).toBe(false);
    expect(press('c', { metaKey: true })).toBe(false);
    expect(presenter.isOn).toBe(false);
    expect(fold).not.toHaveBeenCalled();
  });
});

describe('the keys of a remote control', () => {
  it('mean nothing outside presenter mode, but the arrows and space play', () => {
    const { press, playback } = made();
    for (const key of ['PageDown', '.', 'b', 'Escape']) expect(press(key)).toBe(false);
    press('ArrowRight');
    expect(playback.cursor).toBe(1);
    press(' ');
    expect(playback.isPlaying).toBe(true);
  });

  it('step forth and back', () => {
    const { press, playback } = made();
    press('p');
    for (const [key, cursor] of [
      ['PageDown', 1],
      [' ', 2],
      ['ArrowRight', 3],
      ['PageUp', 2],
      ['ArrowLeft', 1],
    ] as const) {
      expect(press(key)).toBe(true);
      expect([key, playback.cursor]).toEqual([key, cursor]);
    }
    expect(playback.isPlaying).toBe(false);
  });

  it('let a held segment go before they step', () => {
    const { press, playback } = made();
    press('p');
    press('PageDown', {}, () => true);
    expect(playback.cursor).toBe(0);
  });

  it('make the screen black and show the page again, as a step does, which does no more', () => {
    const { press, presenter, playback } = made();
    press('p');
    press('.');
    expect(presenter.isBlack).toBe(true);
    press('b');
    expect(presenter.isBlack).toBe(false);
    press('B');
    press('PageDown');
    expect([presenter.isBlack, playback.cursor]).toEqual([false, 0]);
  });

  it('end presenter mode by Escape, and leave no black screen behind', () => {
    const { press, presenter } = made();
    press('p');
    press('b');
    press('Escape');
    expect([presenter.isOn, presenter.isBlack]).toEqual([false, false]);
  });
});

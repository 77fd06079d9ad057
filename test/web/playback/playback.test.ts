import { describe, expect, it } from 'vitest';
import { Playback, type Clock } from '../../../web/playback/playback.svelte.ts';

class FakeClock implements Clock {
  time = 0;
  #tasks = new Map<number, () => void>();
  #count = 0;
  now(): number {
    return this.time;
  }
  request(task: () => void): number {
    this.#tasks.set(++this.#count, task);
    return this.#count;
  }
  cancel(handle: number): void {
    this.#tasks.delete(handle);
  }
  /** Frames of 10 ms. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 10) {
      this.time += 10;
      const tasks = [...this.#tasks.values()];
      this.#tasks.clear();
      for (const task of tasks) task();
    }
  }
  get isIdle(): boolean {
    return this.#tasks.size === 0;
  }
}

function playing(count: number) {
  const clock = new FakeClock();
  const playback = new Playback(clock);
  playback.update(beats(count));
  return { clock, playback };
}
const beats = (count: number, prefix = 's') =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, ms: 100 }));

describe('playback', () => {
  it('shows nothing before it starts', () => {
    const { clock, playback } = playing(3);
    clock.pass(500);
    expect(playback.cursor).toBe(-1);
  });

  it('goes step by step and stops at the last', () => {
    const { clock, playback } = playing(3);
    playback.playFrom(0);
    clock.pass(50);
    expect([playback.cursor, playback.progress]).toEqual([0, 0.5]);
    clock.pass(100);
    expect(playback.cursor).toBe(1);
    clock.pass(1000);
    expect([playback.cursor, playback.isPlaying, playback.progress]).toEqual([2, false, 1]);
    expect(clock.isIdle).toBe(true);
  });

  it('goes as fast as the speed says', () => {
    const { clock, playback } = playing(9);
    playback.speed = 4;
    playback.playFrom(0);
    clock.pass(110);
    expect(playback.cursor).toBeGreaterThanOrEqual(3);
  });

  it('pauses, and plays again from the start after the end', () => {
    const { clock, playback } = playing(3);
    playback.playFrom(0);
    clock.pass(110);
    playback.toggle();
    clock.pass(1000);
    expect(playback.cursor).toBe(1);
    playback.goTo(2);
    playback.toggle();
    expect([playback.cursor, playback.isPlaying]).toEqual([0, true]);
  });

  it('lets a step that was jumped to travel once, without playing on', () => {
    const { clock, playback } = playing(3);
    playback.goTo(1);
    expect(playback.progress).toBe(0);
    clock.pass(1000);
    expect([playback.cursor, playback.progress, playback.isPlaying]).toEqual([1, 1, false]);
  });

  it('never leaves the steps', () => {
    const { playback } = playing(3);
    playback.goTo(99);
    expect(playback.cursor).toBe(2);
    playback.step(1);
    expect(playback.cursor).toBe(2);
    playback.goTo(-5);
    expect(playback.cursor).toBe(0);
  });

  it('follows the newest step until the viewer takes the cursor', () => {
    const { playback } = playing(2);
    playback.follow();
    playback.update(beats(5));
    expect(playback.cursor).toBe(4);
    playback.step(-1);
    playback.update(beats(9));
    expect([playback.cursor, playback.isFollowing]).toEqual([3, false]);
  });

  it('stays on its step when earlier ones become known', () => {
    const { playback } = playing(3);
    playback.goTo(1);
    playback.update([{ id: 'earlier', ms: 100 }, ...beats(3)]);
    expect(playback.cursor).toBe(2);
  });

  it('can do nothing with nothing', () => {
    const { clock, playback } = playing(0);
    playback.toggle();
    playback.follow();
    playback.playFrom(0);
    playback.goTo(3);
    clock.pass(100);
    expect([playback.cursor, playback.isPlaying]).toEqual([-1, false]);
  });
});

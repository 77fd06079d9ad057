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
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, ms: 100, waitMs: 0 }));

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
    playback.update([{ id: 'earlier', ms: 100, waitMs: 0 }, ...beats(3)]);
    expect(playback.cursor).toBe(2);
  });

  it('plays behind a run that goes on, skips no beat, and waits for the next one', () => {
    const { clock, playback } = playing(0);
    const seen: string[] = [];
    playback.onfurther = (id) => seen.push(id);
    playback.update(beats(2), true);
    playback.playFrom(0);
    clock.pass(500);
    expect([playback.cursor, playback.isPlaying, clock.isIdle]).toEqual([1, true, true]);
    playback.update(beats(5), true);
    clock.pass(1000);
    expect([playback.cursor, playback.isPlaying]).toEqual([4, true]);
    playback.update(beats(6), false);
    clock.pass(1000);
    expect([playback.cursor, playback.isPlaying, clock.isIdle]).toEqual([5, false, true]);
    expect(seen).toEqual(['s0', 's1', 's2', 's3', 's4', 's5']);
  });

  it('plays the silence before a beat, and says how much of it has passed', () => {
    const { clock, playback } = playing(0);
    playback.update([...beats(1), { id: 'late', ms: 100, waitMs: 400 }]);
    playback.playFrom(0);
    clock.pass(110);
    expect([playback.cursor, playback.waiting]).toEqual([0, 0]);
    clock.pass(200);
    expect([playback.cursor, playback.waiting]).toEqual([0, 0.5]);
    clock.pass(200);
    expect([playback.cursor, playback.waiting]).toEqual([1, undefined]);
  });

  it('does not wait for a silence when the viewer steps', () => {
    const { clock, playback } = playing(0);
    playback.update([...beats(1), { id: 'late', ms: 100, waitMs: 5000 }]);
    playback.goTo(0);
    clock.pass(500);
    expect(playback.waiting).toBeUndefined();
    playback.step(1);
    expect(playback.cursor).toBe(1);
  });

  it('remembers how far the viewer has come, also when earlier beats become known', () => {
    const { playback } = playing(4);
    playback.goTo(2);
    playback.goTo(0);
    expect([playback.cursor, playback.furthest]).toEqual([0, 2]);
    playback.update([{ id: 'earlier', ms: 100, waitMs: 0 }, ...beats(4)]);
    expect([playback.cursor, playback.furthest]).toEqual([1, 3]);
  });

  it('stops where it is asked to, once', () => {
    const { clock, playback } = playing(4);
    const asked: string[] = [];
    playback.pausesAfter = (id) => id === 's1' && !asked.includes(id) && asked.push(id) > 0;
    playback.playFrom(0);
    clock.pass(1000);
    expect([playback.cursor, playback.isPlaying]).toEqual([1, false]);
    playback.play();
    clock.pass(1000);
    expect(playback.cursor).toBe(3);
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

import { expect, test } from 'vitest';
import { CaptureClock } from '../../../../bridge/sources/capture/wall-clock.ts';

const MS = 1000;
const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;

/** A machine whose clocks stand still unless they are moved: microseconds. */
class Machine {
  monotonic = 5 * HOUR;
  ahead = 400_000 * HOUR;
  readonly clock = new CaptureClock({
    monotonicUs: () => this.monotonic,
    realtimeMs: () => Math.floor((this.monotonic + this.ahead) / MS),
    realtimeOffsetUs: () => this.ahead,
  });

  after(us: number): this {
    this.monotonic += us;
    return this;
  }

  step(us: number): this {
    this.ahead += us;
    return this;
  }

  /** A packet of this moment: what tcpdump stamps on it, and when it was. */
  packet(): { stamp: bigint; at: number } {
    return { stamp: BigInt(this.monotonic + this.ahead) * 1000n, at: this.monotonic };
  }

  read({ stamp, at }: { stamp: bigint; at: number }) {
    const read = this.clock.read(stamp);
    return { lateUs: Math.round(read.at - at), sure: read.sure };
  }
}

const RIGHT = { lateUs: 0, sure: true };

/** Two packets, the second of which is read so long after it came. */
function pair(machine: Machine): void {
  expect(machine.read(machine.packet())).toEqual(RIGHT);
  machine.after(200 * MS);
}

test('a stamp is told to the nanosecond', () => {
  const machine = new Machine();
  const { at } = machine.clock.read(BigInt(machine.monotonic + machine.ahead) * 1000n + 123n);
  expect(at - machine.monotonic).toBeCloseTo(0.123, 3);
});

test.each([HOUR, -HOUR, 2 * SECOND, -2 * SECOND])('the clock is set by %d µs between two packets', (by) => {
  const machine = new Machine();
  pair(machine);
  const packet = machine.step(by).packet();
  expect(machine.after(130).read(packet)).toEqual(RIGHT);
  expect(machine.after(3 * SECOND).read(machine.packet())).toEqual(RIGHT);
});

test.each([HOUR, -HOUR, 2 * SECOND, -2 * SECOND])('and by %d µs between a packet and its reading', (by) => {
  const machine = new Machine();
  pair(machine);
  const before = [machine.packet(), machine.after(50).packet()];
  machine.after(20).step(by);
  const after = machine.after(20).packet();
  machine.after(MS);
  for (const packet of [...before, after]) expect(machine.read(packet)).toEqual(RIGHT);
});

test('set back by little: the packet before tells that one is of after, and so are all that follow', () => {
  const machine = new Machine();
  pair(machine);
  const packet = machine.step(-300 * MS).packet();
  expect(machine.after(130).read(packet)).toEqual(RIGHT);
  expect(machine.after(400 * MS).read(machine.packet())).toEqual(RIGHT);
});

test('to and fro', () => {
  const machine = new Machine();
  for (const by of [HOUR, -HOUR, -HOUR, HOUR]) {
    expect(machine.read(machine.packet())).toEqual(RIGHT);
    machine.after(10 * MS).step(by);
  }
});

test('set on by less than a packet waits to be read: which it was cannot be told, and that is said', () => {
  const machine = new Machine();
  pair(machine);
  const packet = machine.packet();
  machine.after(50 * MS).step(20 * MS);
  expect(machine.read(packet)).toEqual({ lateUs: 0, sure: false });
});

test('set back by less than the time since the packet before: it is taken to be of now, and that it may be wrong is said', () => {
  const machine = new Machine();
  pair(machine);
  const packet = machine.step(-20 * MS).packet();
  expect(machine.after(130).read(packet)).toEqual({ lateUs: 0, sure: false });
  expect(machine.after(2 * SECOND).read(machine.packet())).toEqual(RIGHT);
});

test('set twice before a packet is read: its time is a guess between the packet before it and now', () => {
  const machine = new Machine();
  pair(machine);
  machine.step(HOUR);
  const packet = machine.packet();
  machine.step(HOUR).after(MS);
  const { lateUs, sure } = machine.read(packet);
  expect(sure).toBe(false);
  expect(lateUs).toBeGreaterThanOrEqual(-200 * MS);
  expect(lateUs).toBeLessThanOrEqual(MS);
});

test('a look that was disturbed is no step', () => {
  const machine = new Machine();
  let disturbed = false;
  const clock = new CaptureClock({
    monotonicUs: () => machine.monotonic + (disturbed ? 30 * MS : 0),
    realtimeMs: () => Math.floor((machine.monotonic + machine.ahead) / MS),
    realtimeOffsetUs: () => machine.ahead,
  });
  const { stamp } = machine.packet();
  disturbed = true;
  expect(clock.read(stamp)).toEqual({ at: machine.monotonic, sure: true });
});

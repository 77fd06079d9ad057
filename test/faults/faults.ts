/* eslint-disable require-yield -- some faults let nothing through */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What happens to the bytes of one direction: chunks in, chunks out. When it returns, the direction ends with a FIN; when
 * it throws, with a RST.
 * @param over aborted when nobody waits for its bytes any more
 */
export type Fault = (bytes: AsyncIterable<Buffer>, over: AbortSignal) => AsyncIterable<Buffer>;

export const unchanged: Fault = (bytes) => bytes;

/** Each chunk comes `ms` milliseconds later, or up to `jitterMs` more or less. */
export function latency(ms: number, jitterMs: number): Fault {
  return async function* (bytes, signal) {
    for await (const chunk of bytes) {
      await delay(ms + (Math.random() * 2 - 1) * jitterMs, undefined, { signal });
      yield chunk;
    }
  };
}

export function bandwidth(bytesPerSecond: number): Fault {
  return slices(1, 1000 / bytesPerSecond);
}

/** Pieces of `length` bytes, with a pause before each. */
export function slices(length: number, pauseMs: number): Fault {
  return async function* (bytes, signal) {
    for await (const chunk of bytes)
      for (let at = 0; at < chunk.length; at += length) {
        await delay(pauseMs, undefined, { signal });
        yield chunk.subarray(at, at + length);
      }
  };
}

/** The end comes later than the bytes. */
export function slowClose(ms: number): Fault {
  return async function* (bytes, signal) {
    yield* bytes;
    await delay(ms, undefined, { signal });
  };
}

/** The end comes when it is released. */
export function heldClose(released: Promise<void>): Fault {
  return async function* (bytes) {
    yield* bytes;
    await released;
  };
}

/** Every byte vanishes, and so does the end; unless the connection is closed after a while. */
export function vanish(closeAfterMs?: number): Fault {
  return async function* (bytes, signal) {
    const swallowed = swallow(bytes);
    if (closeAfterMs === undefined) return void (await swallowed.then(() => once(signal, 'abort')));
    swallowed.catch(() => {});
    await delay(closeAfterMs, undefined, { signal });
  };
}

async function swallow(bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of bytes);
}

/** A RST in place of the first bytes. */
export const reset: Fault = async function* (bytes) {
  for await (const _ of bytes) throw new Error('a reset in place of bytes');
};

/** Closes after `length` bytes. */
export function limit(length: number): Fault {
  return async function* (bytes) {
    let left = length;
    for await (const chunk of bytes) {
      yield chunk.subarray(0, left);
      left -= chunk.length;
      if (left <= 0) return;
    }
  };
}

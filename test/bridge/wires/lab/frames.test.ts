import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader, FrameWriter } from '../../../../bridge/wires/lab/frames.ts';

type Frame = { message: unknown } | { packet: number[]; at: number };

/** The bytes that a writer makes of these frames. */
function written(frames: readonly Frame[]): Buffer {
  const stream = new PassThrough();
  const writer = new FrameWriter<unknown>(stream);
  for (const frame of frames)
    if ('message' in frame) writer.message(frame.message);
    else writer.packet(Uint8Array.from(frame.packet), frame.at);
  return (stream.read() as Buffer | null) ?? Buffer.alloc(0);
}

function reading(): { feed: (chunk: Buffer) => void; frames: Frame[] } {
  const frames: Frame[] = [];
  const reader = new FrameReader<unknown>({
    message: (message) => frames.push({ message }),
    packet: (bytes, at) => frames.push({ packet: [...bytes], at }),
  });
  return { feed: (chunk) => reader.feed(chunk), frames };
}

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  // As JSON writes it: it has no negative zero.
  fc.record({ message: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown) }),
  fc.record({
    packet: fc.array(fc.nat(255), { maxLength: 1500 }),
    at: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }),
);

test('whatever is sent, cut anywhere, comes out the same and in order', () => {
  fc.assert(
    fc.property(fc.array(anyFrame), fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (frames, sizes) => {
      const bytes = written(frames);
      const { feed, frames: read } = reading();
      for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
        const size = sizes[cut % sizes.length]!;
        feed(bytes.subarray(at, at + size));
        at += size;
      }
      expect(read).toEqual(frames);
    }),
  );
});

test('one byte at a time', () => {
  const frames = [{ message: { type: 'ready' } }, { packet: [0x45, 0, 0xff], at: 123_456.5 }, { message: 'é\u2028' }];
  const { feed, frames: read } = reading();
  for (const byte of written(frames)) feed(Buffer.of(byte));
  expect(read).toEqual(frames);
});

describe('a length that no frame has', () => {
  const lengthOf = (length: number): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(length);
    return head;
  };

  test.each([0, 4 * 1024 * 1024 - 3, 0xffff_ffff])('%i throws RangeError before anything of it has come', (length) => {
    const { feed, frames } = reading();
    expect(() => feed(lengthOf(length))).toThrow(RangeError);
    expect(frames).toEqual([]);
  });

  test('also behind frames that were right', () => {
    const { feed, frames } = reading();
    expect(() => feed(Buffer.concat([written([{ message: 1 }]), lengthOf(0)]))).toThrow(RangeError);
    expect(frames).toEqual([{ message: 1 }]);
  });

  test('a packet too short for its time throws RangeError', () => {
    const { feed } = reading();
    expect(() => feed(Buffer.concat([lengthOf(8), Buffer.of(1), Buffer.alloc(7)]))).toThrow(RangeError);
  });

  test('the longest is taken', () => {
    const text = 'x'.repeat(4 * 1024 * 1024 - 4 - 1 - 2);
    const { feed, frames } = reading();
    feed(written([{ message: text }]));
    expect(frames).toEqual([{ message: text }]);
  });
});

test('to a stream that is gone nothing is sent, and nobody is told off', () => {
  const stream = new PassThrough();
  stream.destroy();
  const writer = new FrameWriter<unknown>(stream);
  writer.message('late');
  writer.packet(Uint8Array.of(0x45), 1);
  expect(stream.read()).toBeNull();
});

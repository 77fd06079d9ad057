import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CaptureReading, failureOf } from '../../../bridge/packet/connection-trace/capture-reading.ts';
import { matching, repeatsOf } from '../../../web/captures/connection-query.ts';
import { linesInView, scrolledTo } from '../../../web/views/captures/layout.ts';

const zipped = readFileSync(new URL('../../fixtures/captures/random.pcap.gz', import.meta.url));
const plain = gunzipSync(zipped);

async function readingOf(bytes: Uint8Array<ArrayBuffer>) {
  const reading = new CaptureReading(new Blob([bytes]));
  const told: number[] = [];
  await reading.read((so) => told.push(so));
  return { reading, told };
}

describe('a capture file', () => {
  test('gives the same connections and traces, compressed or not', async () => {
    const { reading: one, told } = await readingOf(new Uint8Array(plain));
    const { reading: other } = await readingOf(new Uint8Array(zipped));
    expect(told.at(-1)).toBe(plain.length);
    expect(one.index.count).toBeGreaterThan(50);
    expect(other.index.overview).toEqual(one.index.overview);
    expect(await other.trace(7)).toEqual(await one.trace(7));
    expect((await one.trace(7)).steps.length).toBeGreaterThan(0);
  });

  test('that is damaged fails, and what was read before counts', async () => {
    const broken = new Uint8Array(zipped);
    broken.fill(0, 40_000, 60_000);
    const reading = new CaptureReading(new Blob([broken]));
    const error = await reading
      .read(() => {})
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(failureOf(error, true)).toBe('CAPTURE_DAMAGED');
  });
});

test('the list is searched, narrowed and sorted', async () => {
  const { reading } = await readingOf(new Uint8Array(plain));
  const summaries = Array.from({ length: reading.index.count }, (_, each) => reading.index.summary(each));
  const query = { search: '', filter: 'all', order: 'time', isDescending: false } as const;
  expect(matching(summaries, query)).toHaveLength(summaries.length);
  const repeated = matching(summaries, { ...query, filter: 'repeated' });
  expect(repeated).toEqual(summaries.filter((each) => repeatsOf(each) > 0));
  expect(repeated.length).toBeGreaterThan(0);
  const port = summaries[3]!.client.port;
  const found = matching(summaries, { ...query, search: `:${port}` });
  expect(found).toContain(summaries[3]);
  expect(found.every(({ client, server }) => client.port === port || server.port === port)).toBe(true);
  const bytes = matching(summaries, { ...query, order: 'bytes', isDescending: true }).map(
    ({ data }) => data.client + data.server,
  );
  expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
});

test('of 100,000 lines only those in sight are drawn, and a line is brought into sight', () => {
  const [from, to] = linesInView(100_000, 280_000, 168, 28);
  expect(from).toBeLessThan(10_000);
  expect(to).toBeGreaterThan(10_006);
  expect(to - from).toBeLessThan(30);
  expect(scrolledTo(99_999, 0, 168, 28)).toBe(100_000 * 28 - 168);
  expect(scrolledTo(3, 280, 168, 28)).toBe(84);
  expect(scrolledTo(12, 280, 168, 28)).toBe(280);
});

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  type Located,
  MARK_FIELDS,
  readCapture,
  type Row,
  rowOf,
  rowsIn,
} from '../../../helpers/packets/capture-rows.ts';

/**
 * Random connections with losses, repetitions, keep-alives and closed windows, and what tshark 4.0 reads from them
 * (`test/fixtures/captures/random_connections.py 7 120`).
 */
const fixture = (name: string): Uint8Array =>
  new Uint8Array(gunzipSync(readFileSync(new URL(`../../../fixtures/captures/${name}.gz`, import.meta.url))));
const rows = rowsIn(new TextDecoder().decode(fixture('random.tsv')));
const { segments } = readCapture(fixture('random.pcap'), 1 << 16);

test('connections, numbers, lengths, flags and windows are those of tshark, without a difference', () => {
  const facts = (row: Row, theirs: Row): Row =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([field]) => !MARK_FIELDS.includes(field))
        .map(([field, value]) => [field, field === 'tcp.ack' && value === '' ? theirs[field]! : value]),
    );
  expect(rows.length).toBeGreaterThan(2000);
  expect(segments.map((segment, index) => facts(rowOf(segment), rows[index]!))).toEqual(
    rows.map((row) => facts(row, row)),
  );
});

test('marks differ from those of tshark only as docs/captures.md says', () => {
  const seen = new Bytes();
  const differences: Record<string, number> = {};
  segments.forEach((segment, index) => {
    const ours = rowOf(segment);
    const different = MARK_FIELDS.filter((field) => ours[field] !== rows[index]![field]);
    const text = different.map((field) => `${ours[field] ? '+' : '-'}${field.slice('tcp.analysis.'.length)}`).join(' ');
    const repeated = seen.add(segment);
    if (text) differences[text] = (differences[text] ?? 0) + 1;
    // The proof of the most frequent ones: whether bytes had been captured before.
    if (text === '+retransmission -out_of_order') expect(repeated).not.toBe('none');
    if (text === '-retransmission -spurious_retransmission') expect(repeated).toBe('none');
  });
  expect(differences).toEqual({
    '+retransmission -out_of_order': 10,
    '-retransmission -spurious_retransmission': 2,
    '+ack_lost_segment': 9,
    '-ack_lost_segment': 9,
    '-lost_segment +ack_lost_segment': 1,
    // A receiver took the byte of a window probe, and what follows from that.
    '+zero_window_probe_ack': 1,
    '-ack_lost_segment +zero_window_probe_ack': 1,
    '+keep_alive': 1,
    '-keep_alive': 1,
    '-duplicate_ack +keep_alive_ack': 5,
    '+lost_segment': 1,
    '-fast_retransmission': 2,
  });
});

/** The bytes of each direction that were captured so far, each on its own: slow, and nothing to get wrong. */
class Bytes {
  readonly #seen = new Map<string, Set<number>>();

  /** Whether all bytes of a segment, some, or none had been captured. */
  add({ connection, from, seq, tcp }: Located): 'all' | 'some' | 'none' {
    const key = `${connection} ${from}`;
    const seen = this.#seen.get(key) ?? new Set();
    this.#seen.set(key, seen);
    let known = 0;
    for (let number = seq; number < seq + tcp.payloadLength; number += 1) {
      if (seen.has(number)) known += 1;
      seen.add(number);
    }
    return known === tcp.payloadLength ? 'all' : known > 0 ? 'some' : 'none';
  }
}

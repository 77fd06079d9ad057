import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Located, readCapture, type Row, rowOf, rowsIn } from '../../../helpers/packets/capture-rows.ts';

/**
 * Captures of others, each with a table of what tshark reads from it (its own field names, a row per segment). They are
 * not part of this project: where they lie beside it, our decoder must agree with every row.
 */
const FOLDER = '../shared/captures';
const captures = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /\.pcap(ng)?$/.test(name)) : [];

/** More microseconds than a second has: tshark does not carry them over, and lets 32 bits overflow. */
const INVALID_TIMES = 'tcpdump__timestamp_invalid_micro.pcap';

/** Marks that we give, or do not give, on purpose: `docs/captures.md` says why. */
const MEANT: Record<string, Row> = {
  // It repeats the last acknowledgment to carry a signal of multipath TCP.
  'tcpdump__mptcp-fclose.pcap 10': { 'tcp.analysis.duplicate_ack': '' },
  // The second copy of bytes that came out of order.
  'zeek__tcp@ctu-64702-888.pcap 8': { 'tcp.analysis.out_of_order': '', 'tcp.analysis.retransmission': '1' },
};

/** The row of a table for a segment, with the columns of the table. */
function tableRow(segment: Located, started: { seconds: number; nanoseconds: number }, theirs: Row): Row {
  const nanoseconds = BigInt(started.seconds) * 1_000_000_000n + BigInt(started.nanoseconds + segment.at);
  const address = (text: string, isIpv6: boolean): string => (text.includes(':') === isIpv6 ? text : '');
  const row: Row = {
    ...rowOf(segment),
    'frame.time_epoch': `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`,
    'ip.src': address(segment.source, false),
    'ipv6.src': address(segment.source, true),
    'ip.dst': address(segment.destination, false),
    'ipv6.dst': address(segment.destination, true),
  };
  // A segment without ACK acknowledges nothing; tshark shows what is in the field.
  if (segment.ack === undefined) Object.assign(row, { 'tcp.ack': theirs['tcp.ack'] });
  row['tcp.ack_raw'] = String(segment.tcp.ack);
  return Object.fromEntries(Object.keys(theirs).map((field) => [field, row[field]!]));
}

describe.skipIf(captures.length === 0)(
  `captures of others, in ${FOLDER} (skipped where there is no such folder)`,
  () => {
    test.each(captures)('%s', (name) => {
      const rows = rowsIn(readFileSync(join(FOLDER, `${name}.tsv`), 'utf8'));
      const { index, segments } = readCapture(new Uint8Array(readFileSync(join(FOLDER, name))), 7);
      expect(segments.map(({ frameNumber }) => String(frameNumber))).toEqual(rows.map((row) => row['frame.number']));
      const { startedAt, problem } = index.overview;
      expect(problem).toBeUndefined();
      const ours = segments.map((segment, at) => tableRow(segment, startedAt!, rows[at]!));
      const expected = rows.map((row) => ({
        ...flagged(row),
        ...MEANT[`${name} ${row['frame.number']}`],
        ...(name === INVALID_TIMES && { 'frame.time_epoch': expect.any(String) as string }),
      }));
      expect(ours).toEqual(expected);
    });
  },
);

/** A mark may have a number in the table: that of the frame which it repeats. */
function flagged(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, field.includes('.analysis.') && value ? '1' : value]),
  );
}

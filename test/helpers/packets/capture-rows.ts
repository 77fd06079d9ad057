import { execFileSync } from 'node:child_process';
import { CaptureIndex } from '../../../bridge/packet/connections/capture-index.ts';
import { ConnectionReader, type CapturedSegment } from '../../../bridge/packet/connections/connection-reader.ts';
import type { Mark } from '../../../bridge/packet/connections/marks.ts';
import type { Flag } from '../../../bridge/trace/step.ts';

/** What we and another decoder read from a capture, a row for each segment, by tshark's names of fields. */
export type Row = Record<string, string>;

const FIELDS = [
  ...['frame.number', 'tcp.stream', 'tcp.srcport', 'tcp.dstport', 'tcp.flags.str'],
  ...['tcp.seq_raw', 'tcp.seq', 'tcp.ack', 'tcp.len', 'tcp.window_size_value'],
];

const ANALYSIS: Record<string, Mark> = {
  retransmission: 'retransmission',
  fast_retransmission: 'fast-retransmission',
  spurious_retransmission: 'spurious-retransmission',
  out_of_order: 'out-of-order',
  duplicate_ack: 'duplicate-ack',
  lost_segment: 'previous-not-captured',
  ack_lost_segment: 'acked-not-captured',
  keep_alive: 'keep-alive',
  keep_alive_ack: 'keep-alive-ack',
  zero_window: 'zero-window',
  window_full: 'window-full',
  zero_window_probe: 'window-probe',
  zero_window_probe_ack: 'window-probe-ack',
  window_update: 'window-update',
  reused_ports: 'port-reused',
};

/** tshark says of a fast or spurious retransmission that it is a retransmission too. */
const ALSO = new Set<Mark>(['fast-retransmission', 'spurious-retransmission']);

export const MARK_FIELDS = Object.keys(ANALYSIS).map((name) => `tcp.analysis.${name}`);

export function tsharkRows(file: string): Row[] {
  const fields = [...FIELDS, ...MARK_FIELDS];
  const args = [
    '-r',
    file,
    '-Y',
    'tcp',
    '-T',
    'fields',
    '-E',
    'occurrence=l',
    ...fields.flatMap((name) => ['-e', name]),
  ];
  const text = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e9 });
  return rowsIn(`${fields.join('\t')}\n${text}`);
}

/** Rows of a text whose first line names the fields. */
export function rowsIn(text: string): Row[] {
  const [head, ...lines] = text.trimEnd().split('\n');
  const fields = head!.split('\t');
  return lines.map((line) => {
    const values = line.split('\t');
    return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? '']));
  });
}

/** A file that was read as the page reads it: the index first, then each connection from its own parts of the file. */
export function readCapture(file: Uint8Array, pieceLength = file.length): { index: CaptureIndex; segments: Located[] } {
  const index = new CaptureIndex();
  for (let at = 0; at < file.length; at += pieceLength) index.feed(file.subarray(at, at + pieceLength));
  index.end();
  const segments: Located[] = [];
  for (let connection = 0; connection < index.count; connection += 1) {
    const { client, server } = index.summary(connection);
    const reader = new ConnectionReader(index, connection, (segment) => {
      const [source, destination] = segment.from === 'client' ? [client, server] : [server, client];
      segments.push({ ...segment, connection, source: source.address, destination: destination.address });
    });
    for (const stretch of reader.stretches) {
      reader.begin(stretch);
      for (let at = stretch.from; at < stretch.to; at += pieceLength)
        reader.feed(file.subarray(at, Math.min(stretch.to, at + pieceLength)));
    }
  }
  return { index, segments: segments.sort((a, b) => a.frameNumber - b.frameNumber) };
}

export interface Located extends CapturedSegment {
  connection: number;
  source: string;
  destination: string;
}

export function rowOf(segment: Located): Row {
  const { tcp, marks } = segment;
  const row: Row = {
    'frame.number': String(segment.frameNumber),
    'tcp.stream': String(segment.connection),
    'tcp.srcport': String(tcp.sourcePort),
    'tcp.dstport': String(tcp.destinationPort),
    'tcp.flags.str': flagText(tcp.flags, tcp.reserved),
    'tcp.seq_raw': String(tcp.seq),
    'tcp.seq': String(segment.seq >>> 0),
    // A segment without ACK acknowledges nothing; tshark shows what is in the field.
    'tcp.ack': String(segment.ack === undefined ? '' : segment.ack >>> 0),
    'tcp.len': String(tcp.payloadLength),
    'tcp.window_size_value': String(tcp.window),
  };
  for (const [name, mark] of Object.entries(ANALYSIS)) row[`tcp.analysis.${name}`] = marks.includes(mark) ? '1' : '';
  if (marks.some((mark) => ALSO.has(mark))) row['tcp.analysis.retransmission'] = '1';
  return row;
}

const LETTERS: [Flag, string][] = [
  ['CWR', 'C'],
  ['ECE', 'E'],
  ['URG', 'U'],
  ['ACK', 'A'],
  ['PSH', 'P'],
  ['RST', 'R'],
  ['SYN', 'S'],
  ['FIN', 'F'],
];

export function flagText(flags: readonly Flag[], reserved: number): string {
  const before = [8, 4, 2, 1].map((bit) => (reserved & bit ? (bit === 1 ? 'A' : 'R') : '·'));
  return [...before, ...LETTERS.map(([flag, letter]) => (flags.includes(flag) ? letter : '·'))].join('');
}

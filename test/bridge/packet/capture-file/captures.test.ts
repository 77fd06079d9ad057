import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ipPacketIn } from '../../../../bridge/packet/link-layer.ts';
import { PacketError } from '../../../../bridge/packet/packet-error.ts';
import { decodeTcpPacket, type TcpPacket } from '../../../../bridge/packet/packet.ts';
import { PcapReader, type CaptureRecord } from '../../../../bridge/packet/capture-file/pcap-reader.ts';
import { PcapngReader } from '../../../../bridge/packet/capture-file/pcapng-reader.ts';
import { SegmentFlow } from '../../../../bridge/packet/flow/segment-flow.ts';
import type { Flag, Side } from '../../../../bridge/trace/step.ts';

/**
 * Captures of others, each with a table of what tshark reads from it (its own field names, a row per segment). They are
 * not part of this project: where they lie beside it, our decoder must agree with every row.
 */
const FOLDER = '../shared/captures';
const captures = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /\.pcap(ng)?$/.test(name)) : [];

type Row = Record<string, string>;

function rowsOf(name: string): Row[] {
  const [head, ...lines] = readFileSync(join(FOLDER, `${name}.tsv`), 'utf8')
    .trimEnd()
    .split('\n');
  const fields = head!.split('\t');
  return lines.map((line) => {
    const values = line.split('\t');
    return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? '']));
  });
}

function recordsOf(name: string): CaptureRecord[] {
  const records: CaptureRecord[] = [];
  const Reader = name.endsWith('.pcapng') ? PcapngReader : PcapReader;
  const reader = new Reader((record) => records.push(record));
  const file = readFileSync(join(FOLDER, name));
  for (let at = 0; at < file.length; at += 7) reader.feed(file.subarray(at, at + 7));
  reader.end();
  return records;
}

/** Why tshark has no row for a packet either: it has no TCP header, or (netlink) no network protocol at all. */
const NO_SEGMENT = new Set<string>(['NOT_TCP', 'FRAGMENT', 'UNSUPPORTED_LINK_TYPE']);

/** More microseconds than a second has: tshark does not carry them over, and lets 32 bits overflow. */
const INVALID_TIMES = 'tcpdump__timestamp_invalid_micro.pcap';

function packetIn({ linkType, bytes }: CaptureRecord): TcpPacket | undefined {
  try {
    const packet = ipPacketIn(linkType, bytes);
    return packet && decodeTcpPacket(packet);
  } catch (error) {
    if (error instanceof PacketError && NO_SEGMENT.has(error.code)) return undefined;
    throw error;
  }
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

function flagText(flags: readonly Flag[], reserved: number): string {
  const before = [8, 4, 2, 1].map((bit) => (reserved & bit ? (bit === 1 ? 'A' : 'R') : '·'));
  return [...before, ...LETTERS.map(([flag, letter]) => (flags.includes(flag) ? letter : '·'))].join('');
}

/** The connections of a capture, told apart as tshark does: by addresses and ports, and by a SYN that begins anew. */
class Streams {
  readonly #streams = new Map<string, { flow: SegmentFlow; client: string; number: number }>();
  #count = 0;

  segment({ ip, tcp }: TcpPacket) {
    const source = `${ip.source} ${tcp.sourcePort}`;
    const destination = `${ip.destination} ${tcp.destinationPort}`;
    const key = [source, destination].sort().join(' ');
    const answers = tcp.flags.includes('SYN') && tcp.flags.includes('ACK');
    let stream = this.#streams.get(key);
    const side = (): Side => (stream!.client === source ? 'client' : 'server');
    if (!stream || stream.flow.beginsAnew(side(), tcp)) {
      stream = { flow: new SegmentFlow(), client: answers ? destination : source, number: this.#count++ };
      this.#streams.set(key, stream);
    }
    return { number: stream.number, segment: stream.flow.segment(side(), tcp, { sentAt: 0, fate: 'unknown' }) };
  }
}

const time = (at: bigint): string => `${at / 1_000_000_000n}.${String(at % 1_000_000_000n).padStart(9, '0')}`;
const mark = (marked: boolean): string => (marked ? '1' : '');

/** A capture as tshark would tell it. */
function tableOf(name: string): Row[] {
  const streams = new Streams();
  return recordsOf(name).flatMap((record, index) => {
    const packet = packetIn(record);
    if (!packet) return [];
    const { ip, tcp } = packet;
    const { number, segment } = streams.segment(packet);
    const address = (version: 4 | 6, text: string): string => (ip.version === version ? text : '');
    return {
      'frame.number': String(index + 1),
      'frame.time_epoch': time(record.at),
      'tcp.stream': String(number),
      'ip.src': address(4, ip.source),
      'ipv6.src': address(6, ip.source),
      'tcp.srcport': String(tcp.sourcePort),
      'ip.dst': address(4, ip.destination),
      'ipv6.dst': address(6, ip.destination),
      'tcp.dstport': String(tcp.destinationPort),
      'tcp.flags.str': flagText(tcp.flags, tcp.reserved),
      'tcp.seq_raw': String(tcp.seq),
      'tcp.ack_raw': String(tcp.ack),
      'tcp.seq': String(segment.seq),
      'tcp.ack': String(segment.ack),
      'tcp.len': String(segment.length),
      'tcp.window_size_value': String(tcp.window),
      'tcp.analysis.retransmission': mark(segment.retransmissionOf !== undefined),
      'tcp.analysis.keep_alive': mark(segment.probe === 'keep-alive'),
    };
  });
}

/** Our row, with what we tell differently on purpose put as tshark has it. */
function withoutDifferencesMeant(name: string, ours: Row, row: Row): Row {
  const { 'tcp.ack': ack, 'tcp.analysis.retransmission': again, ...same } = ours;
  return {
    ...same,
    ...(name === INVALID_TIMES && { 'frame.time_epoch': row['frame.time_epoch']! }),
    // A segment without ACK acknowledges nothing; tshark shows what stands in the field, relative or not.
    'tcp.ack': ack === 'undefined' ? row['tcp.ack']! : ack!,
    // A second copy of bytes that came out of order: tshark calls both out of order, and the second is a repetition too.
    'tcp.analysis.retransmission': row['tcp.analysis.out_of_order'] ? '' : again!,
  };
}

describe.skipIf(captures.length === 0)(
  `captures of others, in ${FOLDER} (skipped where there is no such folder)`,
  () => {
    test.each(captures)('%s', (name) => {
      const rows = rowsOf(name);
      const ours = tableOf(name);
      expect(ours.map((row) => row['frame.number'])).toEqual(rows.map((row) => row['frame.number']));
      const expected = rows.map(
        ({ 'tcp.analysis.out_of_order': _order, 'tcp.analysis.duplicate_ack': _duplicate, ...row }) => row,
      );
      expect(ours.map((row, index) => withoutDifferencesMeant(name, row, rows[index]!))).toEqual(expected);
    });
  },
);

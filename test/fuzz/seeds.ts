import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PcapReader } from '../../bridge/packet/capture-file/pcap-reader.ts';
import { PcapngReader } from '../../bridge/packet/capture-file/pcapng-reader.ts';
import { pcapFile } from '../../bridge/packet/capture-file/pcap-writer.ts';
import { bytesOf, hex, tcpPacket } from '../helpers/packets/packets.ts';
import type { Seeds } from './decoders.ts';

/** One of each sort: with options, with data, with options of IPv4, with an extension header of IPv6. */
export const PACKETS: readonly Uint8Array[] = [
  tcpPacket({ flags: ['SYN'], options: hex('020405b4 0402 080a 89a1b2c3 00000000 01 030307') }),
  tcpPacket({ payload: bytesOf('ÍMPAR'), options: hex('0101 0512 00000001 00000005 00000009 0000000b') }),
  tcpPacket({ flags: ['FIN', 'ACK'] }, { options: hex('94040000') }),
  hex(`60000000 0020 0040 ${'00'.repeat(15)}01 ${'00'.repeat(15)}01 0600000000000000 9c40ff98 00000001 00000002
    60120200 00000000 02 04 05b4`),
];

/**
 * A section with two interfaces, the second of which ends within an option, and a packet of each sort. Before and after
 * them stand blocks of unknown types: one changed bit makes of each a known type for which it is too short.
 */
export const PCAPNG: Uint8Array = hex(`0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000
  01000000 20000000 01000000 00000400 09000100 09000000 00000000 20000000
  01000000 18000000 01000000 00000400 0e000800 18000000
  06000000 24000000 00000000 01000000 02000000 02000000 28000000 abcd0000 24000000
  05000000 10000000 00000000 10000000
  07000000 10000000 00000000 10000000
  07000000 18000000 00000000 00000000 00000000 18000000
  07000000 1c000000 00000000 00000000 00000000 00000000 1c000000
  03000000 14000000 02000000 abcd0000 14000000`);

/** A longer file takes all the time, and finds no more. */
const LONGEST_FILE = 8192;

/** Our own packets and files, and those of a folder of captures if there is one. */
export function seedsOf(folder: string): Seeds {
  const files = [...ownFiles(), ...capturesIn(folder)];
  const frames: Seeds['frames'] = [];
  for (const file of files) {
    const Reader = file[0] === 0x0a ? PcapngReader : PcapReader;
    new Reader(({ linkType, bytes }) => frames.push({ linkType, bytes: bytes.slice() })).feed(file);
  }
  return { frames, files: files.filter(({ length }) => length <= LONGEST_FILE) };
}

function capturesIn(folder: string): Uint8Array[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));
  return names.map((name) => Uint8Array.from(readFileSync(join(folder, name))));
}

function ownFiles(): Uint8Array[] {
  return [pcapFile(PACKETS.map((bytes) => ({ at: 1n, bytes }))), PCAPNG];
}

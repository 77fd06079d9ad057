import { toHex } from '../../bridge/packet/bytes.ts';
import { tcpIsIntact } from '../../bridge/packet/checksum.ts';
import { ipPacketIn } from '../../bridge/packet/link-layer.ts';
import { optionText } from '../../bridge/packet/option-text.ts';
import { PacketError } from '../../bridge/packet/packet-error.ts';
import { decodeIp, decodeTcpPacket } from '../../bridge/packet/packet.ts';
import { PcapReader, type CaptureRecord } from '../../bridge/packet/capture-file/pcap-reader.ts';
import { PcapngReader } from '../../bridge/packet/capture-file/pcapng-reader.ts';
import { rewriteAddress } from '../../bridge/packet/rewrite-address.ts';
import { SegmentFlow } from '../../bridge/packet/flow/segment-flow.ts';
import { decodeTcpOptions } from '../../bridge/packet/tcp-options.ts';
import { readCapture } from '../helpers/packets/capture-rows.ts';
import { equal, pcapngPackets, pcapPackets } from '../helpers/packets/packets-in.ts';
import { expectSoundIp, expectSoundTcp } from '../helpers/packets/sound-packet.ts';
import { below, mutate, pick, type Random } from './mutate.ts';

/** What mutations begin with. */
export interface Seeds {
  frames: { linkType: number; bytes: Uint8Array }[];
  files: Uint8Array[];
}

/** One case in this many is a whole file, which takes as long as many packets. */
const FILE_EVERY = 20;
/** One packet in this many is decoded twice, between other bytes each time. */
const TWICE_EVERY = 8;
/** Packets of one connection, before another begins. */
const FLOW_LENGTH = 100;
/** The longest packets that a reader may accept, bytes: some packets are longer than the first. */
const LIMITS = [50, 1000];
/** The first byte of a pcapng file. */
const SECTION = 0x0a;
const ADDRESSES = { source: '1.2.3.4', destination: '5.6.7.8' };

/**
 * Packets and capture files that are nearly right, for all decoders. A decoder must return a result or throw a
 * `PacketError`. A result is a fault too if it does not fit the bytes, or if it depends on bytes around them or on where a
 * file was split.
 */
export class DecoderCases {
  readonly #random: Random;
  readonly #frames: Seeds['frames'];
  readonly #frameBytes: Uint8Array[];
  readonly #files: Uint8Array[];
  #flow = new SegmentFlow();
  #count = 0;

  constructor(random: Random, { frames, files }: Seeds) {
    this.#random = random;
    this.#frames = frames;
    this.#frameBytes = frames.map(({ bytes }) => bytes);
    this.#files = files;
  }

  /** Plays the next case; throws if there is a fault. */
  next(): void {
    this.#count += 1;
    if (this.#count % FLOW_LENGTH === 0) this.#flow = new SegmentFlow();
    if (this.#count % FILE_EVERY === 0) this.#file();
    else this.#frame();
  }

  #frame(): void {
    const random = this.#random;
    const seed = pick(random, this.#frames);
    const bytes = mutate(random, seed.bytes, this.#frameBytes);
    const linkType = random() < 0.9 ? seed.linkType : pick(random, this.#frames).linkType;
    const frame = this.#count % TWICE_EVERY === 0 ? within(bytes, 0x00) : bytes;
    const told = this.#decode(linkType, frame);
    if (frame === bytes) return;
    const again = this.#decode(linkType, within(bytes, 0xff));
    if (JSON.stringify(told) !== JSON.stringify(again)) throw new Error('bytes outside the packet were read');
  }

  #decode(linkType: number, frame: Uint8Array): unknown {
    const packet = attempt(() => ipPacketIn(linkType, frame)) ?? frame;
    const ip = attempt(() => decodeIp(packet));
    if (ip) expectSoundIp(packet, ip);
    const whole = attempt(() => decodeTcpPacket(packet));
    if (whole) expectSoundTcp(whole.ip.payload, whole.ip.payloadLength, whole.tcp);
    if (whole)
      this.#flow.segment(this.#random() < 0.5 ? 'client' : 'server', whole.tcp, { sentAt: 0, fate: 'unknown' });
    return [
      ip && [ip.source, ip.destination, ip.headerLength, ip.payloadLength],
      whole && [whole.header, toHex(whole.tcp.payload)],
      ip && tcpIsIntact(packet, ip),
      whole && decodeTcpOptions(packet.subarray(ip!.headerLength + 20)).map((option) => optionText(option)),
      ip && attempt(() => rewriteAddress(packet.slice(), ADDRESSES).length),
    ];
  }

  #file(): void {
    const random = this.#random;
    const file = mutate(random, pick(random, this.#files), this.#files);
    const [Reader, packetsOf] = file[0] === SECTION ? [PcapngReader, pcapngPackets] : [PcapReader, pcapPackets];
    const cut = below(random, file.length + 1);
    const limit = pick(random, LIMITS);
    const whole = readBy(Reader, limit, [file]);
    const split = readBy(Reader, limit, [file.subarray(0, cut), file.subarray(cut)]);
    if (whole.told !== split.told) throw new Error(`split at ${cut}, the file tells ${split.told}, not ${whole.told}`);
    if (!equal(whole.packets, packetsOf(file, limit)))
      throw new Error(`the file holds other packets than ${whole.told}`);
    const indexed = JSON.stringify(readCapture(file).index.overview);
    const again = JSON.stringify(readCapture(file, 1 + below(random, file.length)).index.overview);
    if (indexed !== again) throw new Error(`in pieces, the index holds ${again}, not ${indexed}`);
  }
}

/** Its packets; and in words: how many, how many bytes in all, the last time, and how it ended. */
function readBy(
  Reader: typeof PcapReader | typeof PcapngReader,
  limit: number,
  chunks: readonly Uint8Array[],
): { packets: Uint8Array[]; told: string } {
  const packets: Uint8Array[] = [];
  let at = 0n;
  const reader = new Reader((record: CaptureRecord) => {
    packets.push(record.bytes);
    at = record.at;
  }, limit);
  let end = 'the end';
  try {
    for (const chunk of chunks) reader.feed(chunk);
    reader.end();
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    end = error.code;
  }
  const bytes = packets.reduce((sum, { length }) => sum + length, 0);
  return { packets, told: `${packets.length} records, ${bytes} bytes, ${at}, ${end}` };
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

/** The bytes between other bytes. */
function within(bytes: Uint8Array, around: number): Uint8Array {
  const room = new Uint8Array(bytes.length + 200).fill(around);
  room.set(bytes, 100);
  return room.subarray(100, 100 + bytes.length);
}

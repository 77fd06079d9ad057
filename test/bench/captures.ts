import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaptureIndex } from '../../bridge/packet/connections/capture-index.ts';

const MEGABYTE = 1_000_000;
const FILE_BYTES = 500 * MEGABYTE;
const CONNECTIONS = 50_000;
const PIECE = 4 * 1024 * 1024;
const ROUNDS = 3;
const RECORD_HEADER = 16;
const HEADERS = 14 + 20 + 32;

/** Bytes of data of the segments that follow each other: large ones, requests, and acknowledgments between them. */
const LENGTHS = [1448, 1448, 0, 1448, 1448, 0, 310, 0];

/**
 * The index of a large capture beside `tshark -q -z conv,tcp`, which makes the same list, and beside plain reading of the
 * file. The rounds alternate; the median counts.
 */
export function benchCaptures(): void {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-captures-'));
  try {
    const file = join(folder, 'large.pcap');
    writeLarge(file);
    const hasTshark = spawnSync('tshark', ['--version']).status === 0;
    const seconds: Record<string, number[]> = { read: [], index: [], tshark: [] };
    let found = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      seconds['read']!.push(timed(() => eachPiece(file, () => undefined)));
      seconds['index']!.push(timed(() => (found = index(file))));
      if (hasTshark && round === 0) seconds['tshark']!.push(timed(() => tshark(file)));
    }
    print(statSync(file).size, found, seconds, hasTshark);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print(bytes: number, found: number, seconds: Record<string, number[]>, hasTshark: boolean): void {
  const median = (name: string): number => [...seconds[name]!].sort((a, b) => a - b)[seconds[name]!.length >> 1]!;
  const row = (name: string, took: number): void =>
    console.log(
      `${name.padEnd(40)}${took.toFixed(2).padStart(10)} s${(bytes / took / MEGABYTE).toFixed(0).padStart(10)} MB/s`,
    );
  console.log(`\na capture of ${(bytes / MEGABYTE).toFixed(0)} MB with ${found} connections`);
  row('reading the file, nothing else', median('read'));
  row('the index of connections, in Node.js', median('index'));
  if (!hasTshark) {
    console.log('tshark is not installed: no comparison.');
    return;
  }
  row('tshark -q -z conv,tcp', median('tshark'));
  console.log(`the index is ${(median('tshark') / median('index')).toFixed(1)} times as fast as tshark`);
}

function timed(run: () => unknown): number {
  const from = performance.now();
  run();
  return (performance.now() - from) / 1000;
}

function index(file: string): number {
  const capture = new CaptureIndex();
  eachPiece(file, (piece) => capture.feed(piece));
  capture.end();
  const { problem, connections } = capture.overview;
  if (problem) throw new Error(problem.code);
  return connections;
}

function tshark(file: string): void {
  execFileSync('tshark', ['-n', '-q', '-z', 'conv,tcp', '-r', file], { stdio: 'ignore' });
}

function eachPiece(file: string, take: (piece: Uint8Array) => void): void {
  const descriptor = openSync(file, 'r');
  const piece = new Uint8Array(PIECE);
  for (let length; (length = readSync(descriptor, piece)) > 0;) take(piece.subarray(0, length));
  closeSync(descriptor);
}

/** Connections with data in both directions, many of them open at a time, and a retransmission now and then. */
function writeLarge(file: string): void {
  const descriptor = openSync(file, 'w');
  const piece = new Uint8Array(PIECE);
  const view = new DataView(piece.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true);
  const connections = Array.from({ length: CONNECTIONS }, () => [1, 1]);
  let at = 24;
  let written = 0;
  for (let packet = 0; written + at < FILE_BYTES; packet += 1) {
    if (at + RECORD_HEADER + HEADERS + LENGTHS[0]! > PIECE) {
      writeSync(descriptor, piece, 0, at);
      written += at;
      at = 0;
    }
    at += putPacket(view, at, packet, connections);
  }
  writeSync(descriptor, piece, 0, at);
  closeSync(descriptor);
}

function putPacket(view: DataView, at: number, packet: number, connections: number[][]): number {
  // A window of a hundred connections moves over all of them.
  const number = (Math.floor(packet / 1000) * 100 + (packet % 100)) % CONNECTIONS;
  const sent = connections[number]!;
  const turn = (packet >> 4) % LENGTHS.length;
  const length = LENGTHS[turn]!;
  const direction = turn % 3 === 2 ? 1 : 0;
  const repeats = packet % 251 === 0 && sent[direction]! > length;
  const seq = repeats ? sent[direction]! - length : sent[direction]!;
  if (!repeats) sent[direction]! += length;
  view.setUint32(at, Math.floor(packet / 10_000), true);
  view.setUint32(at + 4, (packet % 10_000) * 100, true);
  view.setUint32(at + 8, HEADERS + length, true);
  view.setUint32(at + 12, HEADERS + length, true);
  putHeaders(view, at + RECORD_HEADER, number, direction, length);
  view.setUint32(at + RECORD_HEADER + 38, seq);
  view.setUint32(at + RECORD_HEADER + 42, sent[1 - direction]!);
  return RECORD_HEADER + HEADERS + length;
}

function putHeaders(view: DataView, at: number, number: number, direction: number, length: number): void {
  view.setUint16(at + 12, 0x0800);
  view.setUint32(at + 14, 0x45000000 | (52 + length));
  view.setUint32(at + 18, 0x4000);
  view.setUint32(at + 22, 0x40060000);
  const [client, server] = [0x0a000000 + number, 0x0a800001];
  view.setUint32(at + 26, direction === 0 ? client : server);
  view.setUint32(at + 30, direction === 0 ? server : client);
  view.setUint32(at + 34, direction === 0 ? (40_000 << 16) | 443 : (443 << 16) | 40_000);
  view.setUint32(at + 46, 0x80101000);
  view.setUint32(at + 50, 0);
  // Two no-operations and timestamps, as in most captures.
  view.setUint32(at + 54, 0x0101080a);
}

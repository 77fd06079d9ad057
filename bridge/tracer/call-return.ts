import type { OpenCall, StoppedThread } from './call-entry.ts';
import { int, MOST_OPTION_BYTES, size } from './call-entry.ts';
import type { DescriptorTables } from './descriptor-tables.ts';
import type { KernelObjects, SocketEnds } from './kernel-objects.ts';
import { errnoName } from './libc.ts';
import { bytesOfMessages, dataOf, descriptorsOfMessage, memoryOf } from './memory.ts';
import { PAYLOAD_REPORTED, type Returned } from './report.ts';
import { socketAddress } from './socket-address.ts';

/** From linux/socket.h. */
const MSG_PEEK = 2;
/** From linux/close_range.h: the descriptors are only marked, and the next exec() closes them. */
const CLOSE_RANGE_CLOEXEC = 4;
/** From linux/eventpoll.h. */
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** A struct sockaddr of either kind fits. */
const ADDRESS_BYTES = 28;

/** What the rules of this file need to know of the program. */
export interface Program {
  readonly tables: DescriptorTables;
  readonly objects: KernelObjects;
}

/** Keeps the tables true, whatever call has returned. */
export function applyReturn(
  { thread, process }: StoppedThread,
  open: OpenCall,
  result: number,
  { tables }: Program,
): void {
  const { call, args, descriptor, held, sent } = open;
  // A close() frees its descriptor even if it fails.
  if (call.kind === 'close') return tables.closed(process, descriptor!);
  if (result < 0) return sent && tables.notSent(sent);
  switch (call.kind) {
    case 'receive':
      if (call.data === 'message' && !held)
        tables.received(process, descriptorsOfMessage(thread, args[1]!), (int(args[2]!) & MSG_PEEK) !== 0);
      return;
    case 'close-range':
      if (int(args[2]!) & CLOSE_RANGE_CLOEXEC) return;
      return tables.forgetRange(process, size(args[0]!), size(args[1]!));
    case 'duplicate':
      // dup2() of a descriptor onto itself does nothing.
      if (result !== int(args[0]!)) tables.made(process, result, held?.kind === 'socket');
      return;
    case 'fcntl':
    case 'socket':
    case 'accept':
      return void tables.made(process, result, held?.kind !== 'set');
    case 'epoll-control':
      return changeSet(open);
  }
}

function changeSet({ held, member, args }: OpenCall): void {
  if (int(args[1]!) === EPOLL_CTL_ADD) held?.members.add(member!);
  if (int(args[1]!) === EPOLL_CTL_DEL) held?.members.delete(member!);
}

/**
 * Adds to a report what the call returned. Its `result` is what the kernel returned: a negative errno if the call failed.
 * Optional facts are added one by one: joining objects that have some would take the slow path of V8.
 */
export function addReturnedFacts(report: Returned, stopped: StoppedThread, open: OpenCall, program: Program): void {
  const { descriptor, held, last, member } = open;
  const { result } = report;
  const socket = held?.kind === 'socket' ? held : member;
  if (descriptor !== undefined) report.descriptor = descriptor;
  if (socket) report.socket = socket.number;
  if (last !== undefined) report.last = last;
  if (result >= 0) return addSuccess(report, stopped, open, program);
  report.result = -1;
  report.errno = errnoName(-result);
  // The socket has its own address from then on.
  if (report.errno === 'EINPROGRESS') addEnds(report, program.objects.endsOf(stopped.process, descriptor!));
}

function addSuccess(report: Returned, { process, thread }: StoppedThread, open: OpenCall, program: Program): void {
  const { call, args, descriptor, offered } = open;
  const { result } = report;
  switch (call.kind) {
    case 'receive':
      return addReceived(report, thread, open);
    case 'send':
      report.bytes = call.data === 'messages' ? bytesOfMessages(thread, args[1]!, result) : result;
      // sendfile() sends from a file: nobody sees its bytes.
      report.payload = offered?.toString('hex', 0, report.bytes) ?? '';
      return;
    case 'splice':
      report.bytes = result;
      report.payload = '';
      return;
    case 'option':
      if (call.name === 'getsockopt') report.value = optionValue(thread, args);
      return;
    case 'socket':
    case 'duplicate':
    case 'fcntl':
      return addNewSocket(report, process, program);
    case 'accept':
      addNewSocket(report, process, program);
      return addEnds(report, acceptedEnds(process, thread, args, result, program));
    case 'bind':
    case 'listen':
    case 'connect':
      return addEnds(report, program.objects.endsOf(process, descriptor!));
  }
}

function addEnds(report: Returned, { local, peer }: SocketEnds): void {
  if (local !== undefined) report.local = local;
  if (peer !== undefined) report.peer = peer;
}

function addReceived(report: Returned, thread: number, { call, args }: OpenCall): void {
  const { result } = report;
  const bytes = call.data === 'messages' ? bytesOfMessages(thread, args[1]!, result) : result;
  const count = call.data === 'messages' ? result : size(args[2]!);
  const limit = Math.min(bytes, PAYLOAD_REPORTED);
  const payload = dataOf(thread, call.data!, args[1]!, call.data === 'buffer' ? bytes : count, limit);
  report.bytes = bytes;
  report.payload = payload.toString('hex');
}

/** The kernel has written how long the value is. */
function optionValue(thread: number, args: readonly bigint[]): string {
  const length = memoryOf(thread, args[4]!, 4);
  const bytes = length.length === 4 ? length.readUInt32LE(0) : 0;
  return memoryOf(thread, args[3]!, Math.min(bytes, MOST_OPTION_BYTES)).toString('hex');
}

function addNewSocket(report: Returned, process: number, { tables }: Program): void {
  const held = tables.find(process, report.result);
  if (held) report.newSocket = held.number;
}

/** If the peer has reset the connection already, only the address that accept() returned to the program names it. */
function acceptedEnds(
  process: number,
  thread: number,
  args: readonly bigint[],
  descriptor: number,
  { objects }: Program,
): SocketEnds {
  const ends = objects.endsOf(process, descriptor);
  if (ends.peer !== undefined) return ends;
  const peer = socketAddress(memoryOf(thread, args[1]!, ADDRESS_BYTES));
  return peer === undefined ? ends : { ...ends, peer };
}

/**
 * Listens, and never calls accept(): its only thread waits for ever.
 *
 *     SYN, data ──▶ kernel: handshake, acknowledgments ──▶ queue of the listening socket ──▶ (nobody)
 */
import { createServer } from 'node:net';
import { readOptions } from '../options.ts';
import { sleep } from './sleep.ts';

const { host, port } = readOptions(process.argv.slice(2));

// It sleeps in this callback, before Node first looks whether a connection waits.
createServer().listen({ host, port }, () => sleep(Infinity));

import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { ProbeReport } from '../../probe/report.ts';

const times = { startedAt: Type.Number(), at: Type.Number() };
const connection = { connection: Type.Integer(), ...times };
const transfer = { ...connection, bytes: Type.Integer({ minimum: 0 }), payload: Type.String(), result: Type.String() };

const readers: { [What in ProbeReport['what']]: { Check(value: unknown): boolean } } = {
  probe: Compile(Type.Object({ pid: Type.Integer() })),
  listen: Compile(Type.Object({ ...times, address: Type.String() })),
  accept: Compile(Type.Object({ ...connection, peer: Type.String(), local: Type.String() })),
  recv: Compile(Type.Object(transfer)),
  send: Compile(Type.Object(transfer)),
  shutdown: Compile(Type.Object({ ...connection, result: Type.String() })),
  close: Compile(Type.Object({ ...connection, reset: Type.Boolean() })),
};

/** Reads a report of the probe. Returns nothing for any other line: the program may write to the probe's descriptor too. */
export function readReport(line: string): ProbeReport | undefined {
  let value: Partial<ProbeReport> | null;
  try {
    value = JSON.parse(line) as Partial<ProbeReport> | null;
  } catch {
    return undefined;
  }
  const what = value?.what;
  if (what === undefined || !Object.hasOwn(readers, what)) return undefined;
  return readers[what].Check(value) ? (value as ProbeReport) : undefined;
}

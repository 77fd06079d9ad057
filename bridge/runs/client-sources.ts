import type { WhyNoSource } from '../protocol/remedies.ts';
import type { SourceStatus } from '../trace/trace.ts';
import type { Wire } from '../wires/wire.ts';

/** What sees a client program: the tracer, and whoever reads what it prints. */
export function clientSources(tracer: SourceStatus): SourceStatus[] {
  return [tracer, { name: 'client-output', tells: 'output', side: 'client', active: true }];
}

/** A wire that does not carry the program's connections captures none of them. */
export function sourcesOnWire(wire: Wire): SourceStatus[] {
  const ofWire = wire.status();
  if (wire.carry) return ofWire;
  return ofWire.map((status) =>
    status.active ? { ...status, active: false, why: 'SCRIPTS_ONLY' satisfies WhyNoSource } : status,
  );
}

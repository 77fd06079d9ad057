import type { FollowedProgram } from '../programs/client-program.ts';
import type { WhyNoSource } from '../protocol/remedies.ts';
import { describeSource, type EvidenceSource } from '../sources/source.ts';
import type { SourceStatus } from '../trace/trace.ts';
import type { Wire } from '../wires/wire.ts';

/**
 * The sources of a run whose client is a program.
 * @param server what sees the server's side
 * @param tracer the status of the client's tracer; before the run, the one that is expected
 */
export function sourcesOfProgram(
  program: FollowedProgram,
  wire: Wire,
  server: readonly EvidenceSource[],
  tracer = expectedTracer(program),
): SourceStatus[] {
  return [tracer, outputOf(program), ...sourcesOnWire(wire), ...server.map(describeSource)];
}

function expectedTracer({ isTraced, whyUntraced }: FollowedProgram): SourceStatus<WhyNoSource> {
  const status = { name: 'client-tracer', tells: 'calls', side: 'client', active: isTraced } as const;
  return isTraced ? status : { ...status, why: whyUntraced };
}

function outputOf({ isHeard }: FollowedProgram): SourceStatus<WhyNoSource> {
  const status = { name: 'client-output', tells: 'output', side: 'client', active: isHeard } as const;
  return isHeard ? status : { ...status, why: 'PRINTS_ELSEWHERE' };
}

/** A wire that does not carry the program's connections captures none of them. */
function sourcesOnWire(wire: Wire): SourceStatus[] {
  const ofWire = wire.status();
  if (wire.carry) return ofWire;
  return ofWire.map((status) =>
    status.active ? { ...status, active: false, why: 'SCRIPTS_ONLY' satisfies WhyNoSource } : status,
  );
}

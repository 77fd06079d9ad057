import type { ServerProgram } from '../../../bridge/programs/server-program.ts';
import type { EvidenceSource } from '../../../bridge/sources/source.ts';

type Status = ReturnType<EvidenceSource['status']>;

/** What the source of this name says of itself, beside a server program. */
export function statusOf(program: ServerProgram, name: Status['name']): Status {
  const statuses = program.sources.map((source) => source.status());
  return statuses.find((status) => status.name === name)!;
}

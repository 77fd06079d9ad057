import type { SourceStatus, Trace } from '../../../bridge/trace/trace.ts';
import { lookup } from '../../reading/checks.ts';

type Described = Pick<SourceStatus, 'tells' | 'side' | 'samples'>;

/** Version 1 as it was at first: a source has a name, and the name alone says what the source tells. */
export type TraceWithoutTells = Omit<Trace, 'sources'> & { sources: Omit<SourceStatus, keyof Described>[] };

/** The sources that there were then. */
const SOURCES: Record<string, Described> = {
  'client-socket': { tells: 'calls', side: 'client' },
  'server-probe': { tells: 'calls', side: 'server' },
  'server-strace': { tells: 'calls', side: 'server' },
  'server-syscalls': { tells: 'calls', side: 'server', samples: true },
  'server-output': { tells: 'output', side: 'server' },
  'server-listener': { tells: 'states', side: 'server' },
  capture: { tells: 'segments' },
  'kernel-states': { tells: 'states' },
};

export function nameWhatSourcesTell(trace: Trace | TraceWithoutTells): Trace {
  return { ...trace, sources: trace.sources.map((source) => ({ ...lookup(SOURCES, source.name), ...source })) };
}

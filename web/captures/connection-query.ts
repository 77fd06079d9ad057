import type { ConnectionSummary } from '../../bridge/packet/connections/connection-summary.ts';

/** Kinds of trouble that the list can be narrowed to. */
export const FILTERS = ['all', 'reset', 'unanswered', 'refused', 'repeated', 'incomplete'] as const;
export type Filter = (typeof FILTERS)[number];

export const ORDERS = ['time', 'client', 'server', 'bytes', 'duration', 'trouble'] as const;
export type Order = (typeof ORDERS)[number];

/** What the viewer asks of the list. */
export interface Query {
  /** Part of an address or a port, or several such parts: all must be there. `:80` is the port 80 exactly. */
  search: string;
  filter: Filter;
  order: Order;
  isDescending: boolean;
}

/** The connections that match, in the order that was asked for. */
export function matching(summaries: readonly ConnectionSummary[], query: Query): ConnectionSummary[] {
  const parts = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = summaries.filter(
    (summary) => FILTER[query.filter](summary) && parts.every((part) => has(summary, part)),
  );
  const key = KEY[query.order];
  const sign = query.isDescending ? -1 : 1;
  const keyed = found.map((summary) => ({ summary, key: key(summary) }));
  return keyed
    .sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || a.summary.connection - b.summary.connection)
    .map(({ summary }) => summary);
}

export function repeatsOf({ retransmissions }: ConnectionSummary): number {
  return retransmissions.client + retransmissions.server;
}

const FILTER: Record<Filter, (summary: ConnectionSummary) => boolean> = {
  all: () => true,
  reset: ({ ended }) => ended === 'reset',
  unanswered: ({ opened }) => opened === 'not-answered',
  refused: ({ opened }) => opened === 'refused',
  repeated: (summary) => repeatsOf(summary) > 0,
  incomplete: ({ missing }) => missing.length > 0,
};

const KEY: Record<Order, (summary: ConnectionSummary) => number | string> = {
  time: ({ firstAt }) => firstAt,
  client: ({ client }) => client.address,
  server: ({ server }) => `${server.address} ${String(server.port).padStart(5, '0')}`,
  bytes: ({ data }) => data.client + data.server,
  duration: ({ firstAt, lastAt }) => lastAt - firstAt,
  trouble: (summary) => troubleOf(summary),
};

/** How much went wrong: enough to put the worst first. */
function troubleOf(summary: ConnectionSummary): number {
  const { opened, ended, outOfOrder, zeroWindows, notCaptured } = summary;
  const isBroken = ended === 'reset' || opened === 'not-answered' || opened === 'refused';
  return (isBroken ? 1000 : 0) + repeatsOf(summary) * 10 + outOfOrder + zeroWindows * 10 + notCaptured;
}

function has({ client, server }: ConnectionSummary, part: string): boolean {
  return [client, server].some(({ address, port }) =>
    /^:\d+$/.test(part) ? part === `:${port}` : `${address}:${port}`.includes(part),
  );
}

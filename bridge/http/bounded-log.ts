import { printableJson } from '../trace/printable.ts';

/** Milliseconds between two lines about requests. */
const LINE_EVERY_MS = 1000;
const LINE_LENGTH = 500;

/**
 * The stream below Fastify's logger. A line about a request is there because of what a stranger sent: of those there is at
 * most one a second, and it is cut. The lines of the bridge itself are few, and all are written.
 * @param write takes a whole line, in which a terminal obeys nothing
 * @param now milliseconds of any clock that never goes back
 */
export function boundedLog(
  write: (line: string) => void,
  now: () => number = () => performance.now(),
): { write(line: string): void } {
  let last = -Infinity;
  let left = 0;
  return {
    write(line) {
      const safe = printableJson(line);
      if (!isOfRequest(line)) return write(safe);
      if (now() - last < LINE_EVERY_MS) return void (left += 1);
      last = now();
      write(shortened(safe, left));
      left = 0;
    },
  };
}

function isOfRequest(line: string): boolean {
  return /"(reqId|req|res)":/.test(line);
}

/** Without the stack, which is the same each time, and with the number of lines that were left out. */
function shortened(line: string, left: number): string {
  const { level, time, reqId, msg, err } = parsed(line);
  const why = typeof err === 'object' && err !== null ? (err as { message?: unknown }).message : undefined;
  const text = [msg, why].filter((part) => typeof part === 'string' && part !== '').join(': ');
  const cut = text.slice(0, LINE_LENGTH);
  return `${printableJson(JSON.stringify({ level, time, reqId, msg: cut, ...(left > 0 && { leftOut: left }) }))}\n`;
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
}

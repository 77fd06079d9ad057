import { KEPT_LINES } from '../../bridge/protocol/limits.ts';
import type { Hello } from '../../bridge/protocol/messages.ts';

/** A `hello` whose output is whole: if the bridge sent only the new lines, those that were known come before them. */
export function withOutput(hello: Hello, known: Hello | undefined): Hello {
  const { server } = hello;
  if (!server.outputIsNew || !known) return hello;
  // A page that has just connected may know some of the new lines.
  const count = Math.max(0, (server.printed ?? 0) - (known.server.printed ?? 0));
  const added = count === 0 ? [] : server.output.slice(-count);
  return { ...hello, server: { ...server, output: [...known.server.output, ...added].slice(-KEPT_LINES) } };
}

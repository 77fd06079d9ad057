/** This moment, ISO 8601 in UTC. In a `.svelte.ts` file the linter asks for a Date that is reactive. */
export function now(): string {
  return new Date().toISOString();
}

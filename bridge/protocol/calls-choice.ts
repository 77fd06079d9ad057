/**
 * How the calls of a server program become known. `tracer`: by ptrace. `probe`: from inside, if it is a Node program. `watch`:
 * by looks at /proc. `none`: not at all. `auto`: the probe for a Node program, the tracer for any other. A program that
 * cannot be traced is watched.
 */
export const CALLS_CHOICES = ['auto', 'tracer', 'probe', 'watch', 'none'] as const;
export type CallsChoice = (typeof CALLS_CHOICES)[number];

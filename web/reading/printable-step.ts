import { printable } from '../../bridge/trace/printable.ts';
import type { Step } from '../../bridge/trace/step.ts';

/** The fields of steps that hold what a program, a peer or the writer of a file has written. */
const WRITTEN = ['line', 'name', 'args', 'result', 'peer', 'options'] as const;

/** Only a step with such characters is another object, and always the same one. */
const written = new WeakMap<Step, Step>();

/**
 * The step without characters that turn the direction of writing or cannot be seen: they are written as escapes. Nothing
 * else of the page needs to know of them.
 */
export function printableStep(step: Step): Step {
  const before = written.get(step);
  if (before) return before;
  const fields = step as unknown as Record<string, unknown>;
  const changed = WRITTEN.flatMap((name) => {
    const text = cleaned(fields[name]);
    return text === fields[name] ? [] : [[name, text] as const];
  });
  const clean = changed.length === 0 ? step : ({ ...step, ...Object.fromEntries(changed) } as Step);
  written.set(step, clean);
  return clean;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (!Array.isArray(value)) return value;
  const texts = value.map(cleaned);
  return texts.every((text, index) => text === value[index]) ? value : texts;
}

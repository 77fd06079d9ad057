/** A number and its unit. A line never breaks between them. */
export function withUnit(number: number | string, unit: string): string {
  return `${number}\u00a0${unit}`;
}

/** A number and what it counts: `1 byte`, `2 bytes`. For languages in which only one is singular. */
export function counted(count: number, one: string, many: string): string {
  return withUnit(count, count === 1 ? one : many);
}

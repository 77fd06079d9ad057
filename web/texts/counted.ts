/** A number and what it counts: `1 byte`, `2 bytes`. A line never breaks between them. For languages where only one is singular. */
export function counted(count: number, one: string, many: string): string {
  return `${count}\u00a0${count === 1 ? one : many}`;
}

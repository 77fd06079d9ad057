/** A number and what it counts: `1 byte`, `2 bytes`. A line never ends between them. The same in both languages: only one is singular. */
export function counted(count: number, one: string, many: string): string {
  return `${count}\u00a0${count === 1 ? one : many}`;
}

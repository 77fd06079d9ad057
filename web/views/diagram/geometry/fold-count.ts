/** How many of these orders, which ascend, the cursor has passed. */
export function countUntil(orders: readonly number[], until: number): number {
  let [from, to] = [0, orders.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (orders[middle]! < until) from = middle + 1;
    else to = middle;
  }
  return from;
}

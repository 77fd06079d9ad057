/**
 * The items in the order of a number of each, and of `tie` where that is the same; otherwise as they were. The same list,
 * where it is in order already.
 *
 * Each number is read once, as a comparison of two objects may box both of theirs each time, and what is in order already
 * is not sorted: a busy bridge sorts thousands of traces a second, and most lists of one come in order.
 */
export function sortedBy<Item>(
  items: Item[],
  key: (item: Item) => number,
  tie: (a: Item, b: Item) => number = () => 0,
): Item[] {
  const keys: number[] = [];
  let inOrder = true;
  for (const item of items) {
    const at = key(item);
    if (keys.length > 0 && !(keys[keys.length - 1]! < at)) inOrder = false;
    keys.push(at);
  }
  if (inOrder) return items;
  const order = items.map((_, index) => index);
  order.sort((a, b) => {
    const first = keys[a]!;
    const second = keys[b]!;
    if (first !== second) return first < second ? -1 : 1;
    return tie(items[a]!, items[b]!);
  });
  return order.map((index) => items[index]!);
}

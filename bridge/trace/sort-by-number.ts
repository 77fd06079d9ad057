/** Lists up to this long are sorted by insertion: a list of one run is short, and nearly in order. */
const SHORT = 64;

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
  const count = items.length;
  const keys = count <= SHORT ? shortKeys : new Float64Array(count);
  let inOrder = true;
  for (let index = 0; index < count; index += 1) {
    const at = key(items[index]!);
    keys[index] = at;
    if (index > 0 && !(keys[index - 1]! < at)) inOrder = false;
  }
  if (inOrder) return items;
  return count <= SHORT ? inserted(items, keys, tie) : sorted(items, keys, tie);
}

/** One for all short lists: none is sorted while another is. */
const shortKeys = new Float64Array(SHORT);

function inserted<Item>(items: readonly Item[], keys: Float64Array, tie: (a: Item, b: Item) => number): Item[] {
  const list = items.slice();
  for (let index = 1; index < list.length; index += 1) {
    const item = list[index]!;
    const at = keys[index]!;
    let place = index;
    for (; place > 0; place -= 1) {
      const before = keys[place - 1]!;
      if (before < at || (before === at && tie(list[place - 1]!, item) <= 0)) break;
      list[place] = list[place - 1]!;
      keys[place] = before;
    }
    list[place] = item;
    keys[place] = at;
  }
  return list;
}

function sorted<Item>(items: readonly Item[], keys: Float64Array, tie: (a: Item, b: Item) => number): Item[] {
  const order = items.map((_, index) => index);
  order.sort((a, b) => {
    const first = keys[a]!;
    const second = keys[b]!;
    if (first !== second) return first < second ? -1 : 1;
    return tie(items[a]!, items[b]!);
  });
  return order.map((index) => items[index]!);
}

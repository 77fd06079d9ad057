/** Lists up to this length are sorted by insertion: the lists of a run are short and nearly in order. */
const SHORT = 64;

/**
 * The items sorted by their numbers, and by `tie` if two numbers are equal. The sort is stable. It returns the given
 * list itself if that is already in order.
 *
 * A busy bridge sorts thousands of traces a second, and most of their lists are already in order. So it reads each
 * number only once, because a comparison function may box both numbers each time, and it does not sort a list that is
 * in order.
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

/** Shared by all short lists: no two lists are sorted at the same time. */
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

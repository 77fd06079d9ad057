/** Where a card stands on the screen. */
export type Place = Pick<DOMRect, 'left' | 'top' | 'bottom'>;

/**
 * The card that a key leads to, by its index: left and right in their order, up and down to the nearest in the next row,
 * Home and End to the first and the last. Undefined if the key leads nowhere.
 */
export function neighbour(key: string, from: number, places: readonly Place[]): number | undefined {
  const within = (index: number) => (index >= 0 && index < places.length ? index : undefined);
  switch (key) {
    case 'ArrowRight':
      return within(from + 1);
    case 'ArrowLeft':
      return within(from - 1);
    case 'Home':
      return within(0);
    case 'End':
      return within(places.length - 1);
    case 'ArrowDown':
    case 'ArrowUp':
      return inNextRow(from, places, key === 'ArrowDown');
    default:
      return undefined;
  }
}

function inNextRow(from: number, places: readonly Place[], isDown: boolean): number | undefined {
  const here = places[from];
  if (!here) return undefined;
  const others = places
    .map((place, index) => ({ place, index }))
    .filter(({ place }) => (isDown ? place.top >= here.bottom : place.bottom <= here.top));
  const away = ({ place }: { place: Place }) => Math.abs(place.top - here.top);
  const row = Math.min(...others.map(away));
  const aside = ({ place }: { place: Place }) => Math.abs(place.left - here.left);
  return others.filter((other) => away(other) - row < 1).sort((a, b) => aside(a) - aside(b))[0]?.index;
}

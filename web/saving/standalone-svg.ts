/**
 * Turns what the page has drawn into an SVG that needs nothing from the page. The styles of each element are written into
 * the file, once for all elements that look alike.
 */

const SHAPE = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
];
const TEXT = ['font-family', 'font-size', 'font-weight', 'font-style', 'paint-order'];
/** What has no meaning in a file: areas to point at, the cursor, and what moves. */
const OF_THE_PAGE = '.hit, .grip, .cursor, .capsule:not(rect)';
const OF_THE_MOMENT = ['current', 'lit', 'now', 'touched'];

/** The looks of the elements so far, each with the name of its class in the file. */
export class Looks {
  readonly #names = new Map<string, string>();

  /** The class for the look of this element. */
  nameOf(element: Element): string {
    const style = getComputedStyle(element);
    const isText = element instanceof SVGTextContentElement;
    // The parts of a group have its styles themselves, except for its opacity.
    const names = element instanceof SVGGElement ? ['opacity'] : isText ? [...SHAPE, ...TEXT] : SHAPE;
    const look = names.map((name) => `${name}:${plainColour(style.getPropertyValue(name))}`).join(';');
    const known = this.#names.get(look) ?? `a${this.#names.size}`;
    this.#names.set(look, known);
    return known;
  }

  get styleSheet(): string {
    return [...this.#names].map(([look, name]) => `.${name}{${look}}`).join('\n');
  }
}

/** A copy of a drawing, with the classes of its looks in place of the page's own. The drawing must be in the document. */
export function standalone(drawn: SVGSVGElement, looks: Looks): SVGSVGElement {
  for (const element of drawn.querySelectorAll(OF_THE_PAGE)) element.remove();
  for (const element of drawn.querySelectorAll('*')) element.classList.remove(...OF_THE_MOMENT);
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  const copies = [...copy.querySelectorAll('*')];
  [...drawn.querySelectorAll('*')].forEach((element, index) => {
    const twin = copies[index]!;
    for (const { name } of [...twin.attributes])
      if (name === 'class' || name === 'style' || name.startsWith('data-')) twin.removeAttribute(name);
    if (!(element instanceof SVGTitleElement || element instanceof SVGDefsElement))
      twin.setAttribute('class', looks.nameOf(element));
  });
  return copy;
}

/** Browsers report mixed colours as `color(srgb 0.1 0.2 0.3 / 0.5)`, which few other programs can read. */
function plainColour(value: string): string {
  return value.replace(
    /color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)/g,
    (_, r, g, b, alpha = '1') => {
      const parts = [r, g, b].map((part) => Math.round(Number(part) * 255));
      return alpha === '1' ? `rgb(${parts.join(', ')})` : `rgba(${parts.join(', ')}, ${alpha})`;
    },
  );
}

/** Characters that XML 1.0 cannot hold, not even escaped. The peer may have sent them. */
const NOT_XML = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

export function xmlOf(svg: Element): string {
  return new XMLSerializer().serializeToString(svg).replace(NOT_XML, '\ufffd');
}

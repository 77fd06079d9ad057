import { mount, unmount, type ComponentProps } from 'svelte';
import { save } from './files.ts';
import SavedPicture from './SavedPicture.svelte';
import { Looks, standalone, xmlOf } from './standalone-svg.ts';

/** What the picture in a file shows: a run, and above it the lines that say what it is. */
export interface PictureContent extends Omit<ComponentProps<typeof SavedPicture>, 'width'> {
  order: number;
  title: string;
  above: string[];
  below: ComponentProps<typeof SavedPicture>['below'];
}

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 1100;
const MARGIN = 16;
const LINE = 19;
/** In characters: a line this long still fits in a wide font. */
const LONGEST_LINE = 140;
const PNG_SCALE = 2;
/** The tallest canvas that browsers can draw, in pixels. */
const TALLEST = 32_000;

export function saveSvg(content: PictureContent): void {
  save(`aperto-run-${content.order}.svg`, 'image/svg+xml', pictureSvg(content).text);
}

/** Rejects if the picture is too tall for a PNG. */
export async function savePng(content: PictureContent): Promise<void> {
  const { text, width, height } = pictureSvg(content);
  if (height * PNG_SCALE > TALLEST) throw new RangeError('PICTURE_TOO_TALL');
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = Object.assign(new Image(), { src: url });
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), {
      width: width * PNG_SCALE,
      height: height * PNG_SCALE,
    });
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    save(`aperto-run-${content.order}.png`, 'image/png', png!);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The whole picture, in the present colours of the page. */
function pictureSvg({ title, above, ...content }: PictureContent): { text: string; width: number; height: number } {
  const room = document.body.appendChild(document.createElement('div'));
  room.ariaHidden = 'true';
  room.style.cssText = 'position:fixed;left:-9999px;top:0';
  const picture = mount(SavedPicture, { target: room, props: { ...content, width: WIDTH } });
  try {
    const notes = above.flatMap((line) => wrapped(line, LONGEST_LINE));
    const drawn = [...room.querySelectorAll('svg')];
    const top = MARGIN + LINE * (notes.length + 1) + 8;
    const height = drawn.reduce((sum, { height }) => sum + height.baseVal.value, top);
    const whole = element('svg', { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` });
    const looks = new Looks();
    const style = getComputedStyle(document.body);
    const parts = drawn.map((each) => standalone(each, looks));
    whole.append(
      element('title', {}, title),
      element('style', {}, looks.styleSheet),
      element('rect', { width: WIDTH, height, fill: style.backgroundColor }),
      ...[title, ...notes].map((line, index) => {
        const [size, weight] = index === 0 ? [16, 700] : [13, 400];
        const y = MARGIN + LINE * index + 12;
        const font = { 'font-family': style.fontFamily, 'font-size': size, 'font-weight': weight };
        return element('text', { x: MARGIN, y, fill: style.color, ...font }, line);
      }),
    );
    let y = top;
    for (const part of parts) {
      const group = element('g', { transform: `translate(0 ${y})` });
      group.append(...part.childNodes);
      whole.append(group);
      y += Number(part.getAttribute('height'));
    }
    return { text: xmlOf(whole), width: WIDTH, height };
  } finally {
    void unmount(picture);
    room.remove();
  }
}

function element(name: string, attributes: Record<string, string | number>, text = ''): Element {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** Breaks a text into lines between its words. A word longer than a line is cut. */
function wrapped(text: string, most: number): string[] {
  const lines = [''];
  for (const word of text.split(' ').flatMap((each) => each.match(new RegExp(`.{1,${most}}`, 'gsu')) ?? [])) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`.trim();
  }
  return lines.filter(Boolean);
}

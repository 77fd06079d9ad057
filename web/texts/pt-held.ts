import { counted } from './counted.ts';
import type { enHeld } from './en-held.ts';

/** Segments that are held in mid-wire, in Brazilian Portuguese. */
export const ptHeld: typeof enHeld = {
  heading: 'Retido no meio do enlace',
  nothing: 'Nada agora: os kernels e os programas estão trabalhando.',
  way: (from) => (from === 'client' ? 'cliente → servidor' : 'servidor → cliente'),
  bytes: (count) => counted(count, 'byte', 'bytes'),
  repeats: (count) => (count === 1 ? 'o kernel já o reenviou uma vez' : `o kernel já o reenviou ${count}\u00a0vezes`),
  deliver: 'Entregar',
  drop: 'Perder',
  duplicate: 'Duplicar',
  deliverAll: 'Entregar todos',
};

import { counted } from '../amounts.ts';
import type { Topics } from '../topics.ts';

export const held: Topics['held'] = {
  heading: 'Retido no meio do enlace',
  nothing: 'Nada agora: os kernels e os programas estão trabalhando.',
  segments: (count) => counted(count, 'segmento', 'segmentos'),
  way: (from) => (from === 'client' ? 'cliente → servidor' : 'servidor → cliente'),
  repeats: (count) => (count === 1 ? 'o kernel já o reenviou uma vez' : `o kernel já o reenviou ${count}\u00a0vezes`),
  choose: (count) =>
    count === 1
      ? 'No desenho você decide o que será dele; a tecla → o entrega.'
      : 'No desenho você decide o que será de cada um; a tecla → entrega o mais antigo.',
  deliver: 'Entregar',
  drop: 'Perder',
  duplicate: 'Duplicar',
  deliverAll: 'Entregar todos',
};

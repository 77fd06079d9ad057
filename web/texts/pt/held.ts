import type { Topics } from '../topics.ts';

export const held: Topics['held'] = {
  heading: 'Retido no meio do enlace',
  nothing: 'Nada agora: os kernels e os programas estão trabalhando.',
  segments: (count) => `${count}\u00a0${count === 1 ? 'segmento' : 'segmentos'}`,
  way: (from) => (from === 'client' ? 'cliente → servidor' : 'servidor → cliente'),
  repeats: (count) => (count === 1 ? 'o kernel já o reenviou uma vez' : `o kernel já o reenviou ${count}\u00a0vezes`),
  choose: (count) =>
    count === 1
      ? 'Decida no desenho o que acontece com ele; a tecla → o entrega.'
      : 'Decida no desenho o que acontece com cada um; a tecla → entrega o mais antigo.',
  behind: (name) => `espera atrás de ${name}`,
  deliver: 'Entregar',
  drop: 'Descartar',
  duplicate: 'Duplicar',
  deliverAll: 'Entregar todos',
};

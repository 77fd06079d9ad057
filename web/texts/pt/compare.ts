import type { Topics } from '../topics.ts';

export const compare: Topics['compare'] = {
  heading: 'Duas execuções, lado a lado',
  close: 'Fechar',
  first: 'primeira execução',
  second: 'segunda execução',
  same: (count) => `${count}\u00a0${count === 1 ? 'passo' : 'passos'} em ambas`,
  moved: (count) => `${count} em outro lugar`,
  only: (count, order) => `${count} só na #${order}`,
  next: 'Próxima diferença',
  asTable: 'como tabela',
  pictures: 'As figuras das duas execuções. Os passos iguais ficam na mesma altura; “como tabela” os põe em palavras.',
  difference: (place, count) => `Diferença ${place} de ${count}:`,
  noDifference: 'As execuções não diferem.',
  steps: 'Os passos das duas execuções; os iguais ficam lado a lado',
  missing: 'não há aqui',
  unseen: 'não visto aqui, talvez curto demais para ser notado',
  elsewhere: (moment) => `aqui em outro lugar: ${moment}`,
  lost: 'perdido',
  again: 'de novo',
  copy: 'cópia do enlace',
};

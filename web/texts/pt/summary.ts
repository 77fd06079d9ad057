import type { Topics } from '../topics.ts';

type Side = 'client' | 'server';
const the = (side: Side) => (side === 'client' ? 'o cliente' : 'o servidor');
const The = (side: Side) => (side === 'client' ? 'O cliente' : 'O servidor');

export const summary: Topics['summary'] = {
  heading: 'Esta conexão',
  ending: {
    complete: (opener) => `Completa: ${the(opener)} a abriu, e os dois lados a fecharam.`,
    unconfirmed: (opener) => `${The(opener)} a abriu, e os dois lados a fecharam; a última confirmação não foi vista.`,
    'client-only': (opener) => `Incompleta: ${the(opener)} a abriu, e só o cliente fechou seu lado.`,
    'server-only': (opener) => `Incompleta: ${the(opener)} a abriu, e só o servidor fechou seu lado.`,
    open: (opener) => `Incompleta: ${the(opener)} a abriu, e nenhum dos lados a fechou.`,
    reset: (opener) => `Incompleta: ${the(opener)} a abriu, e um RST a encerrou.`,
    never: (opener) => `${The(opener)} pediu uma conexão, e o aperto de mão não se completou.`,
  },
  waited: {
    untilListening: (time) => `A execução esperou ${time} até o programa servidor escutar.`,
    inVain: (time) => `A execução esperou ${time} que o programa servidor escutasse, mas ele não escutou.`,
  },
  first: (side) => `${The(side)} fechou primeiro.`,
  firstAndWaits: (side, lasts) =>
    `${The(side)} fechou primeiro e por isso fica em TIME_WAIT${lasts && ` por até ${lasts}`}.`,
  aborted: (side) => `${The(side)} a encerrou primeiro, com um RST.`,
  unread: (side, bytes) => `${The(side)} fechou com ${bytes} por ler, e por isso seu kernel enviou um RST.`,
  onlyLoopback:
    'No laboratório o endereço do cliente não é 127.0.0.1. Por isso um servidor que só confia nesse endereço pode recusá-lo: faça-o confiar no cliente do laboratório, ou use --wire direct.',
  bothFirst: 'Os dois fecharam quase ao mesmo tempo.',
  waits: (side, lasts) => `${The(side)} fica em TIME_WAIT${lasts && ` por até ${lasts}`}.`,
  traffic: (up, down) => `${up} de ida, ${down} de volta.`,
  trouble: (lost, again, copied) =>
    `Segmentos perdidos: ${lost}, reenviados: ${again}${copied > 0 ? `, copiados pelo enlace: ${copied}` : ''}.`,
  answer: (took, isBound) => `O programa servidor levou ${isBound ? 'no máximo ' : ''}${took} para responder.`,
  leftOut: {
    lines: (count) => `O servidor imprimiu ${count} linhas a mais do que cabem em um rastro.`,
    steps: (count) =>
      `Aconteceu mais do que cabe em um rastro: ${count} relatos do que veio depois não estão nele, e por isso ele não mostra como a conexão terminou.`,
  },
  disagreements: (count) =>
    `${count === 1 ? 'Uma vez' : `${count}\u00a0vezes`}, um kernel foi visto em um estado diferente do que diz o padrão.`,
  evidence: 'Evidência',
  segments: (count, all, how) => `${count} de ${all} segmentos ${how}.`,
  noSegments: 'Nenhum segmento ainda.',
  /** Of several segments. */
  evidenceMany: { captured: 'capturados', observed: 'observados', inferred: 'inferidos' },
};

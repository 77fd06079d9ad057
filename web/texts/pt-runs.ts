import type { enRuns, enSummary } from './en-runs.ts';

/** The list of runs and what each adds up to, in Brazilian Portuguese. */
export const ptRuns: typeof enRuns = {
  heading: 'Execuções',
  none: 'Nenhuma execução ainda.',
  script: 'roteiro',
  compare: 'Comparar duas',
  delete: (order) => `Apagar a execução ${order}`,
  deleteAll: 'Apagar todas',
  deleteReally: (count) => `Apagar ${count} execuções?`,
  outcomes: {
    replied: 'respondida',
    silent: 'silêncio',
    refused: 'recusada',
    reset: 'reset',
    timeout: 'tempo esgotado',
    cancelled: 'abandonada',
    failed: 'falhou',
    lost: 'perdida de vista',
    rejected: 'não atendida',
    running: 'em andamento',
  },
};

type Side = 'client' | 'server';
const the = (side: Side) => (side === 'client' ? 'o cliente' : 'o servidor');
const The = (side: Side) => (side === 'client' ? 'O cliente' : 'O servidor');

export const ptSummary: typeof enSummary = {
  heading: 'Esta conexão',
  outcomes: {
    replied: (text) => `O servidor respondeu ${text}.`,
    silent: 'O servidor fechou sem enviar um byte. Para um número de exatamente dez dígitos, é o que diz o protocolo.',
    refused: 'Recusada: ninguém escuta nessa porta, por isso não houve conexão.',
    reset: 'Reset: a conexão foi rompida com um RST.',
    timeout: 'Tempo esgotado: o fim não veio dentro do limite, e a ponte desistiu.',
    cancelled: 'Abandonada: o cliente abortou sua conexão.',
    failed: (error) => `Falhou${error ? ` com ${error}` : ''}.`,
    lost: 'A ponte sumiu durante esta execução; o que veio depois não se sabe.',
    rejected: 'A ponte não atendeu esta execução.',
    running: 'Ainda em andamento.',
  },
  replyThenReset: (text) => `O servidor respondeu ${text}, e depois a conexão sofreu um reset.`,
  ending: {
    complete: (opener) => `Completa: ${the(opener)} a abriu, e os dois lados a fecharam.`,
    unconfirmed: (opener) =>
      `${The(opener)} a abriu, e os dois lados a fecharam; a última confirmação (ACK) não foi vista.`,
    'client-only': (opener) => `Incompleta: ${the(opener)} a abriu, e só o cliente fechou seu lado.`,
    'server-only': (opener) => `Incompleta: ${the(opener)} a abriu, e só o servidor fechou seu lado.`,
    open: (opener) => `Incompleta: ${the(opener)} a abriu, e nenhum dos lados a fechou.`,
    reset: (opener) => `Incompleta: ${the(opener)} a abriu, e um RST a encerrou.`,
    never: (opener) => `${The(opener)} pediu uma conexão, e o handshake não chegou ao fim.`,
  },
  first: (side) => `${The(side)} fechou primeiro.`,
  firstAndWaits: (side, lasts) =>
    `${The(side)} fechou primeiro e por isso fica em TIME_WAIT${lasts && ` por ${lasts}`}.`,
  bothFirst: 'Os dois fecharam ao mesmo tempo.',
  waits: (side, lasts) => `${The(side)} fica em TIME_WAIT${lasts && ` por ${lasts}`}.`,
  traffic: (up, down) => `${up} de ida, ${down} de volta.`,
  trouble: (lost, again, copied) =>
    `Segmentos perdidos: ${lost}, enviados de novo: ${again}${copied > 0 ? `, copiados pelo enlace: ${copied}` : ''}.`,
  answer: (took, isBound) => `O programa servidor levou ${isBound ? 'no máximo ' : ''}${took} para responder.`,
  disagreements: (count) =>
    `${count === 1 ? 'Uma vez um kernel foi visto' : `${count} vezes um kernel foi visto`} em outro estado do que diz o padrão.`,
  evidence: 'Evidência',
  segments: (count, all, how) => `${count} de ${all} segmentos ${how}.`,
  noSegments: 'Nenhum segmento ainda.',
};

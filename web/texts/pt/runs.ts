import type { enRuns, enSummary } from '../en/runs.ts';

/** The list of runs and what each adds up to, in Brazilian Portuguese. */
export const ptRuns: typeof enRuns = {
  heading: 'Execuções',
  none: 'Nenhuma execução ainda.',
  compare: 'Comparar duas',
  delete: (order) => `Apagar a execução ${order}`,
  deleteAll: 'Apagar todas',
  deleteReally: (count) => `Apagar ${count}\u00a0execuções?`,
  outcomes: {
    replied: 'respondida',
    silent: 'silêncio',
    unread: 'nada lido',
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

export const ptSummary: typeof enSummary = {
  outcomes: {
    replied: (text) => `O servidor respondeu ${text}.`,
    silent: 'O servidor fechou sem enviar um byte.',
    unread: 'O cliente terminou sem ter lido nenhum byte.',
    refused: 'Recusada: ninguém escuta nessa porta, por isso não houve conexão.',
    reset: 'Reset: a conexão foi rompida com um RST.',
    timeout: 'Tempo esgotado: o fim não veio dentro do limite, e a ponte desistiu.',
    cancelled: 'Abandonada: o cliente abortou sua conexão.',
    failed: (error) => `Falhou${error ? ` com ${error}` : ''}.`,
    lost: 'A ponte sumiu durante esta execução; o que veio depois não se sabe.',
    rejected: 'A ponte não atendeu esta execução.',
    running: 'Ainda em andamento.',
  },
  tenDigits: 'Para um número de exatamente dez dígitos, é o que diz o protocolo.',
  replyThenReset: (text) => `O servidor respondeu ${text}, e depois a conexão sofreu um reset.`,
};

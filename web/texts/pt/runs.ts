import type { Texts } from '../topics.ts';

export const runs: Texts['runs'] = {
  heading: 'Execuções',
  none: 'Nenhuma execução ainda.',
  compare: 'Comparar duas',
  delete: (order) => `Apagar a execução ${order}`,
  deleteAll: 'Apagar todas',
  deleteReally: (count) => `Apagar ${count}\u00a0execuções?`,
  unwatched: 'ainda não vista até o fim',
  outcomes: {
    replied: 'respondida',
    silent: 'silêncio',
    unread: 'nada lido',
    refused: 'recusada',
    reset: 'reset',
    timeout: 'tempo esgotado',
    cancelled: 'abandonada',
    failed: 'falhou',
    unknown: 'não se sabe',
    lost: 'perdida de vista',
    rejected: 'não atendida',
    running: 'em andamento',
  },
};

export const end: Texts['end'] = {
  outcomes: {
    replied: (text) => `O servidor respondeu ${text}.`,
    silent: 'O servidor fechou sem enviar nenhum byte.',
    unread: 'O cliente terminou sem ter lido nenhum byte.',
    refused: 'Recusada: ninguém escuta nessa porta, por isso não houve conexão.',
    reset: 'Reset: um RST rompeu a conexão.',
    timeout: 'Tempo esgotado: a execução não terminou dentro do limite da ponte, que a encerrou.',
    cancelled: 'Abandonada: o cliente abortou a conexão.',
    failed: (error) => `Falhou${error ? ` com ${error}` : ''}.`,
    unknown: 'Ninguém viu como foi.',
    lost: 'A ponte sumiu durante esta execução; não se sabe o que veio depois.',
    rejected: 'A ponte não atendeu esta execução.',
    running: 'Ainda em andamento.',
  },
  failures: {
    SERVER_NOT_STARTED: 'Não foi possível iniciar o servidor desta execução, por isso o cliente não se conectou.',
    TLS_FAILED: 'O TLS falhou: a chamada que mostra por quê está na figura.',
    TLS_NOT_VERIFIED:
      'O certificado do servidor não pôde ser verificado, e o cliente encerrou a conexão, como pede seu roteiro.',
    LAB_HOST_ENDED: 'Um host do laboratório terminou durante esta execução, e ela terminou com ele.',
  },
  gaveUp: 'Tempo esgotado: nenhuma resposta veio, e o kernel do cliente desistiu (ETIMEDOUT).',
  tenDigits: 'Para um número de exatamente dez dígitos, é o que diz o protocolo.',
  replyThenReset: (text) => `O servidor respondeu ${text}, e depois a conexão sofreu um reset.`,
};

import type { enServerTrouble } from '../en/server-trouble.ts';

/** A server program that has ended, in Brazilian Portuguese. */
export const ptServerTrouble: typeof enServerTrouble = {
  startAgain: 'Iniciar de novo',
  exitedWithCode: (code) => `O programa servidor terminou sozinho, com código de saída ${code}.`,
  exitedBySignal: (signal) => `O programa servidor foi encerrado pelo sinal ${signal}.`,
  exitedSomehow: 'O programa servidor terminou sozinho.',
  lastLines: 'Suas últimas linhas',
  noLines: 'Ele não escreveu nada.',
  isStopped: 'O servidor está parado. Uma conexão agora seria recusada.',
};

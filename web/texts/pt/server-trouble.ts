import type { Topics } from '../topics.ts';

export const serverTrouble: Topics['serverTrouble'] = {
  startAgain: 'Iniciar de novo',
  exitedWithCode: (code) => `O programa servidor terminou sozinho, com código de saída ${code}.`,
  exitedBySignal: (signal) => `O programa servidor foi encerrado pelo sinal ${signal}.`,
  exitedSomehow: 'O programa servidor terminou sozinho.',
  lastLines: 'Suas últimas linhas',
  noLines: 'Ele não escreveu nada.',
  isStopped: 'O servidor está parado. Uma conexão agora seria recusada.',
};

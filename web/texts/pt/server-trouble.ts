import type { Topics } from '../topics.ts';

export const serverTrouble: Topics['serverTrouble'] = {
  startAgain: 'Iniciar de novo',
  notStarted: (error) => `Não foi possível iniciar o programa servidor (${error}).`,
  exitedWithCode: (code) => `O programa servidor terminou sozinho, com código de saída ${code}.`,
  exitedBySignal: (signal) => `O sinal ${signal} encerrou o programa servidor.`,
  exitedSomehow: 'O programa servidor terminou sozinho.',
  lastLines: 'Suas últimas linhas',
  noLines: 'Ele não imprimiu nada.',
  isStopped: 'O servidor está parado. Uma conexão agora seria recusada.',
};

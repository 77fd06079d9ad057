import type { Topics } from '../topics.ts';

export const serverTrouble: Topics['serverTrouble'] = {
  startAgain: 'Iniciar de novo',
  notStarted: (error) => `Não foi possível iniciar o programa servidor (${error}).`,
  exitedWithCode: (code) => `O programa servidor terminou sozinho, com código de saída ${code}.`,
  exitedBySignal: (signal) => `O sinal ${signal} encerrou o programa servidor.`,
  exitedSomehow: 'O programa servidor terminou sozinho.',
  notFound:
    'O shell não encontrou o comando do servidor (código de saída 127): veja como ele está escrito em --server.',
  portHeld: (target) =>
    `Outro programa escuta em ${target}. As execuções chegam a ele: encerre-o ou inicie o Aperto com outro --target.`,
  otherPort: (on, port, option) =>
    `O programa servidor escuta em ${on}, não em ${port}. Inicie o Aperto com ${option} ou faça o programa escutar em ${port}.`,
  otherAddress: (on, target, option) =>
    `O programa servidor está ligado a ${on}. Uma conexão a ${target} não chega a esse socket: inicie o Aperto com ${option}.`,
  slow: (port) =>
    `O programa servidor está rodando, mas ainda não escuta na porta ${port}. As execuções não esperam mais por ele: até ele escutar, são recusadas.`,
  lastLines: 'Suas últimas linhas',
  noLines: 'Ele não imprimiu nada.',
  isStopped: 'O servidor está parado. Uma conexão agora seria recusada.',
};

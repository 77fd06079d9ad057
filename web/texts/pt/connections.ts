import type { Topics } from '../topics.ts';
import { counted } from '../amounts.ts';

export const connections: Topics['connections'] = {
  heading: (count) => counted(count, 'conexão', 'conexões'),
  line: (number, peer, how) => `Conexão ${number} com ${peer}: ${how}`,
  noSteps: 'A execução não tinha mais espaço para os passos desta conexão.',
  exited: (code) => `O programa cliente terminou com código de saída ${code}.`,
  signalled: (name) => `Um sinal encerrou o programa cliente: ${name}.`,
  notStarted: (error) => `O programa cliente não pôde ser iniciado: ${error}.`,
  notListed: (count) => `${counted(count, 'outra conexão não está', 'outras conexões não estão')} na lista.`,
};

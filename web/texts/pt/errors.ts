import type { Texts } from '../topics.ts';

export const errors: Texts['errors'] = {
  'not-connected': 'A página não consegue falar com a ponte neste momento.',
  'unreadable-message': 'A ponte enviou algo que esta página não entende. Recarregue a página.',
  BAD_JSON: 'A ponte não entendeu uma mensagem desta página.',
  BAD_MESSAGE: 'A ponte não entendeu uma mensagem desta página.',
  UNKNOWN_MESSAGE: 'A ponte não conhece este tipo de mensagem. Recarregue a página.',
  NOT_TEXT: 'A ponte não entendeu uma mensagem desta página.',
  MESSAGE_TOO_LARGE: 'A mensagem era grande demais para a ponte.',
  TOO_MANY_MESSAGES: 'Foi rápido demais para a ponte. Espere um instante e tente de novo.',
  TOO_MANY_RUNS: 'Há execuções demais abertas ao mesmo tempo. Espere até que algumas terminem.',
  BAD_SCRIPT: 'A ponte não pode executar este roteiro: ele pede mais do que é permitido.',
  RUN_ID_IN_USE: 'Uma execução com esse nome já está em andamento.',
  NO_SUCH_RUN: 'Essa execução já terminou.',
  LINK_NEEDS_LAB: 'Só o enlace do laboratório pode atrasar e perder pacotes.',
  SERVER_NEEDS_LAB: 'Este cenário tem um servidor próprio, e isso precisa do laboratório.',
  NO_CLIENT_PROGRAM: 'Esta ponte não tem programa cliente. Inicie-a com --client.',
  TOO_MANY_CLIENTS: 'Há programas clientes demais em execução. Espere até que um termine.',
  NO_CONNECTION: 'O programa cliente não abriu nenhuma conexão.',
  OUTPUT_TOO_LARGE: 'O programa cliente imprimiu linhas demais e foi encerrado.',
  TOO_MANY_SERVERS: 'Há execuções demais com servidor próprio. Espere até que algumas terminem.',
  CONTROL_NOT_ALLOWED: 'O Aperto foi iniciado sem permitir que as páginas iniciem ou parem o servidor.',
  SERVER_NOT_OWNED: 'O Aperto não iniciou o servidor, por isso não pode iniciá-lo nem pará-lo.',
  SERVER_RUNNING: 'O servidor já está em execução.',
  SERVER_NOT_RUNNING: 'O servidor não está em execução.',
  SERVER_NOT_STARTED:
    'Não foi possível iniciar o programa servidor. Talvez falte memória nesta máquina, ou haja arquivos abertos demais.',
  LAB_REMADE:
    'Um host do laboratório terminou. O laboratório foi refeito. Se o programa servidor estava rodando, foi iniciado de novo.',
  LAB_LOST:
    'Um host do laboratório terminou, e não foi possível refazer o laboratório. O enlace agora é a rede desta máquina.',
  ADDRESS_IN_USE: 'Outro programa já usa o endereço do servidor.',
  SHUTTING_DOWN: 'A ponte está sendo encerrada.',
  INTERNAL: 'Algo deu errado dentro da ponte.',
  address: (parts) => `Partes do endereço desta página não fazem sentido e foram ignoradas: ${parts}.`,
  unknown: (message) => `A ponte diz: ${message}`,
};

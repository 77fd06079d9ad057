import { counted } from '../amounts.ts';
import type { Texts } from '../topics.ts';

export const diagram: Texts['diagram'] = {
  label: 'A conexão como diagrama de sequência; o tempo corre para baixo',
  clientProgram: 'programa cliente',
  clientTcp: 'TCP do cliente',
  wire: 'o enlace',
  serverTcp: 'TCP do servidor',
  serverProgram: 'programa servidor',
  client: 'cliente',
  server: 'servidor',
  before: 'antes',
  sure: 'capturado ou observado',
  inferred: 'inferido',
  blocked: 'bloqueada',
  woke: 'acordou',
  scale: 'em escala',
  scaleNote: 'A distância entre as linhas segue o tempo entre elas, com o mínimo de uma linha',
  zoom: 'Tamanho da imagem',
  fit: 'ajustar',
  fitNote: 'Linhas tão próximas quanto for preciso para ver a imagem inteira',
  smaller: 'Menor',
  larger: 'Maior',
  retransmission: 'de novo',
  lostMark: 'perdido',
  heldMark: 'retido',
  underWayMark: 'a caminho',
  wireCopy: 'cópia do enlace',
  copy: 'cópia',
  keepAlive: 'sonda de keep-alive',
  zeroWindow: 'sonda de janela zero',
  probe: 'sonda',
  sentAgain: (count) => `enviado mais ${count}\u00a0×`,
  lasts: (duration) => `até ${duration}`,
  expected: (state) => `o padrão diz ${state}`,
  not: (state) => `não ${state}`,
  segments: (count) => counted(count, 'segmento', 'segmentos'),
  acks: (count) => counted(count, 'ACK', 'ACKs'),
  lines: (count) => counted(count, 'linha', 'linhas'),
  inSegments: (size, count) => `${size} em ${count}`,
  openFold: (what) => `${what}: mostrar um por um`,
  closeFold: (what) => `${what}: mostrar como um só de novo`,
  silent: 'abreviado',
  silence: (duration) => `Nada aconteceu por ${duration}.`,
  timers: {
    retransmission: 'tempo esgotado',
    'zero-window': 'temporizador',
    'keep-alive': 'temporizador',
    'giving-up': 'tempo esgotado',
  },
  timerRan: {
    retransmission: (who, duration) =>
      `O segmento não foi confirmado em ${duration}: um temporizador do kernel do ${who} se esgotou, e ele envia o segmento de novo.`,
    'zero-window': (who, duration) =>
      `Outro temporizador: depois de ${duration} sem janela, o kernel do ${who} pergunta se já há espaço.`,
    'keep-alive': (who, duration) =>
      `Outro temporizador: depois de ${duration} em silêncio, o kernel do ${who} pergunta se a outra ponta ainda está lá.`,
    'giving-up': (who, duration) =>
      `O último tempo esgotado: depois de ${duration} sem resposta, o kernel do ${who} desiste da conexão.`,
  },
  inFlight: {
    client: (now, most, window) =>
      `Enviado pelo cliente e ainda não confirmado: ${now}, no máximo ${most} (preenchido).${window === undefined ? '' : ` A janela do servidor: ${window} (contorno).`} A escala é logarítmica.`,
    server: (now, most, window) =>
      `Enviado pelo servidor e ainda não confirmado: ${now}, no máximo ${most} (preenchido).${window === undefined ? '' : ` A janela do cliente: ${window} (contorno).`} A escala é logarítmica.`,
  },
  doubled: 'Durou cerca do dobro do anterior.',
  waits: 'O servidor escuta: já criou, associou e pôs em escuta seu socket. Agora espera um cliente em accept().',
  stillBlocked: 'bloqueada …',
  endNotSeen: 'retorno não visto',
  returned: 'retornou',
  timeUp: 'tempo esgotado',
  peerClosed: '0\u00a0bytes: fim',
  invite:
    'Aperte o botão: o Aperto abre uma conexão TCP real e a desenha aqui, chamada por chamada e segmento por segmento.',
  inviteWatch: (target) =>
    `O Aperto observa ${target}: cada conexão que alguém abre a essa porta aparece aqui sozinha.`,
  inviteStopped: 'O servidor não está escutando. Inicie-o, ou aperte o botão e veja como uma conexão é recusada.',
  inviteNoBridge: 'Quando a ponte responder, a página poderá desenhar conexões aqui.',
  underWay: 'A conexão está em andamento …',
  listAs: 'Os passos na ordem do tempo',
};

import { counted } from '../amounts.ts';
import type { LaterTables, Texts } from '../topics.ts';
import { diagram } from './diagram.ts';
import { errors } from './errors.ts';
import { files } from './files.ts';
import { inspector } from './inspector.ts';
import { link } from './link.ts';
import { end, runs } from './runs.ts';
import { sources } from './sources.ts';
import { wire } from './wire.ts';

export const page: Texts = {
  title: 'Aperto: uma conexão TCP enquanto acontece',
  language: 'Idioma',
  theme: { toDark: 'Mudar para o tema escuro', toLight: 'Mudar para o tema claro' },
  layout: {
    bar: 'Executar e reproduzir',
    glance: 'As duas pontas em resumo',
    fold: 'Recolher os controles',
    unfold: 'Mostrar os controles',
    column: 'Largura da coluna: arraste, ou ← e →',
    present: 'Modo de apresentação',
    leave: 'Sair do modo de apresentação',
  },
  wire,
  sources,
  link,
  shelf: {
    heading: 'Cenários',
    needsLab: 'Os cenários precisam do enlace do laboratório.',
  },
  ownScript: 'Seu próprio roteiro',
  files,
  connection: {
    notShown: (count, most) =>
      `Conexões à porta observada que não foram mostradas: ${count}. O Aperto mostra no máximo ${most} ao mesmo tempo.`,
    lost: 'A ponte não responde. Esta página continua tentando e retoma sozinha.',
    needsToken: 'Esta página precisa de um token: abra o endereço completo que o Aperto mostrou ao iniciar.',
  },
  server: {
    listening: 'servidor escutando',
    starting: 'servidor iniciando',
    elsewhere: 'servidor escutando em outro lugar:',
    inBackground: 'foi para o segundo plano',
    boundTo: (addresses) => `ligado a ${addresses}`,
    exited: 'servidor encerrado',
    stopped: 'servidor parado',
    external: 'servidor fora do Aperto',
    start: 'Iniciar servidor',
    stop: 'Parar servidor',
    notFromHere: 'Só quem iniciou o Aperto pode iniciar ou parar o servidor.',
    blockedIn: (call) => `bloqueado em ${call}`,
  },
  controls: {
    random: 'Enviar número aleatório',
    client: 'Executar o cliente',
    own: 'ou o seu número',
    send: 'Enviar',
    cancel: 'Desistir desta execução',
    problems: {
      empty: 'Digite um número inteiro ou envie um número aleatório.',
      'not-a-number': 'Só algarismos, por favor: um número inteiro, 0 ou maior.',
      'too-large': 'Grande demais: o servidor lê no máximo 1024\u00a0bytes.',
    },
    digits: (count) =>
      count === 0 ? '1\u00a0dígito, mas o servidor não conta nenhum no zero' : counted(count, 'dígito', 'dígitos'),
    even: 'par',
    odd: 'ímpar',
    prime: 'primo',
    notPrime: 'não primo',
    primeUnknown: 'primalidade não calculada acima de 64\u00a0bits',
    asBytes: 'No enlace, em big-endian:',
  },
  runs,
  end,
  diagram,
  player: {
    label: 'Reprodução',
    play: 'Reproduzir',
    pause: 'Pausar',
    first: 'Primeiro passo',
    back: 'Um passo atrás',
    forward: 'Um passo à frente',
    last: 'Último passo',
    speed: 'Velocidade',
    position: 'Passo',
    step: (step, count) => `passo ${step} de ${count}`,
    live: 'ao vivo',
    behind: (time: string) => `${time} atrás`,
    catchUp: 'alcançar',
    showAll: 'mostrar tudo',
    showAllNote: 'Mostrar de uma vez tudo de uma execução, também o que o cursor ainda não alcançou',
    atEnd: 'A execução terminou: tudo o que se relatou dela já é conhecido.',
    atEndOfFull: 'A execução terminou, mas aconteceu mais do que cabe em um rastro. O que veio depois não é mostrado.',
    slower: (factor) => `cerca de ${factor}\u00a0× mais lento que o real`,
    faster: (factor) => `cerca de ${factor}\u00a0× mais rápido que o real`,
    asLife: 'quase na velocidade real',
    before: 'antes da execução',
    speedOf: (speed) => `${speed}\u00a0×`,
  },
  bytes: (count) => counted(count, 'byte', 'bytes'),
  evidence: { captured: 'capturado', observed: 'observado', inferred: 'inferido' },
  inspector,
  opensStandard: (name) => `${name} (abre em uma nova aba)`,
  outcomeSpoken: (order, text) => `Execução ${order}: ${text}`,
  dismiss: 'Dispensar',
  errors,
};

/** Each is loaded when the page first shows it. */
export const later: LaterTables = {
  firstScreen: () => import('./first-screen.ts'),
  steps: () => import('./steps.ts'),
  summary: () => import('./summary.ts'),
  compare: () => import('./compare.ts'),
  held: () => import('./held.ts'),
  connections: () => import('./connections.ts'),
  captures: () => import('./captures.ts'),
  script: () => import('./script.ts'),
  scenarios: () => import('./scenarios.ts'),
  serverTrouble: () => import('./server-trouble.ts'),
};

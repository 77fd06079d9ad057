import type { Texts } from '../topics.ts';

export const sources: Texts['sources'] = {
  heading: 'Quem viu o quê',
  yes: 'visto',
  no: 'não visto',
  captured: 'Os pacotes foram capturados.',
  notCaptured: 'Os pacotes não foram capturados: os segmentos são inferidos do que os dois programas fizeram.',
  nothingOfSegments:
    'Os pacotes não foram capturados, e as chamadas do cliente não foram vistas: não se sabe quais foram os segmentos.',
  noProbe: 'As chamadas do servidor não são observadas.',
  names: {
    'client-socket': 'as chamadas do cliente',
    capture: 'os pacotes',
    'capture-file': 'o arquivo de captura',
    'kernel-states': 'os estados dos kernels',
    'server-probe': 'as chamadas do servidor, por uma sonda',
    'server-syscalls': 'a chamada em que o servidor está bloqueado',
    'server-tracer': 'as chamadas do servidor, por um rastreador',
    'server-strace': 'as chamadas do servidor, pelo strace',
    'server-output': 'o que o servidor imprime',
    'server-listener': 'o socket de escuta',
  },
  otherName: (what, name) => `${what} (${name})`,
  tells: {
    calls: 'chamadas',
    segments: 'pacotes',
    states: 'estados da conexão',
    output: 'linhas impressas',
  },
  why: {
    CAPTURE_NOT_PERMITTED: 'Este usuário não pode capturar pacotes.',
    CAPTURE_NO_TCPDUMP: 'O tcpdump não está instalado.',
    NOT_IN_CAPTURES: 'Um arquivo de captura só tem pacotes: ninguém viu o que os programas chamaram.',
    CAPTURE_LOST_PACKETS: 'A captura perdeu alguns pacotes.',
    CAPTURE_OFF: 'A captura está desativada.',
    CAPTURE_NOT_TRIED: 'A captura ainda não foi tentada.',
    CAPTURE_NO_ROUTE: 'Esta máquina não tem rota até o destino.',
    CAPTURE_TOO_SLOW: 'O tcpdump não começou em dois segundos.',
    CAPTURE_FAILED: 'O tcpdump não consegue capturar aqui.',
    CAPTURE_SAW_NOTHING: 'O tcpdump não viu nenhum pacote desta conexão.',
    CAPTURE_ENDED_EARLY: 'O tcpdump terminou antes da conexão.',
    CAPTURE_BEGAN_LATE: 'A conexão já estava aberta quando o Aperto começou a observar: o seu início não foi visto.',
    PRINTS_ELSEWHERE: 'O programa escreve no terminal em que foi iniciado.',
    SCRIPTS_ONLY: 'Neste enlace, só se capturam os pacotes de roteiros, não os de um programa cliente.',
    CAPTURE_CLOCK_SET: 'O relógio desta máquina foi acertado durante a execução: alguns tempos podem estar errados.',
    SYSCALL_NOT_READABLE: 'O kernel não deixa o Aperto ver em que chamada o servidor está bloqueado.',
    UNKNOWN_MACHINE: 'O Aperto não conhece os números das chamadas deste tipo de processador.',
    SERVER_HAS_PROBE: 'Não é preciso: a sonda informa mais.',
    SERVER_HAS_TRACER: 'Não é preciso: o rastreador informa mais.',
    NOT_LINUX: 'Só o Linux informa isso.',
    TRACER_NOT_ASKED:
      'O rastreador é para programas que não são Node. Com --calls tracer ele informa sobre qualquer um.',
    TRACER_NOT_PERMITTED:
      'Esta máquina não deixa o Aperto rastrear um programa (ptrace). Um contêiner precisa da capacidade SYS_PTRACE.',
    TRACER_YAMA:
      'Esta máquina só deixa o root rastrear programas (Yama). Um ajuste permite que o processo pai rastreie o seu programa.',
    TRACER_NOT_POSSIBLE: 'Rastrear exige Linux 5.3 ou mais novo em um processador x86-64 ou arm64.',
    TRACER_NOT_LOADED:
      'Não foi possível carregar o rastreador: o pacote koffi está quebrado ou não tem um binário pronto para esta máquina. O Aperto olha de fora.',
    CALLS_BY_IO_URING:
      'O programa entrega chamadas ao kernel por io_uring, onde ninguém as vê: o que aparece pode estar incompleto.',
    OTHER_ARCHITECTURE:
      'Uma parte do programa é feita para outro tipo de processador: as suas chamadas não são vistas.',
    CALLS_NOT_ASKED: 'O Aperto foi iniciado com --calls none.',
    NOT_SEEN_LISTENING: 'Não procurado, ou não encontrado.',
    SERVER_NOT_OURS: 'O Aperto não iniciou o servidor.',
    SERVER_ENDED: 'O programa servidor terminou.',
    NO_PROBE_IN_SERVER: 'A sonda só funciona em um servidor Node que o Aperto inicia.',
  },
  unknownWhy: (code) => `O motivo tem um código que esta página não conhece (${code}).`,
};

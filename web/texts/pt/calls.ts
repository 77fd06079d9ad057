import type { Topics } from '../topics.ts';

type Side = 'client' | 'server';
const NAMES = { client: 'cliente', server: 'servidor' };
const Program = (side: Side) => `O programa ${NAMES[side]}`;

export const calls: Pick<
  Topics['steps'],
  'call' | 'closeOfNothing' | 'callEnd' | 'callReturn' | 'failures' | 'otherFailure'
> = {
  call: {
    socket: {
      what: (side) => `${Program(side)} pediu ao kernel um socket TCP.`,
      why: 'O socket é o acesso do programa ao que o TCP fará por ele: uma conexão, ou escutar muitas. Nada é enviado: o kernel apenas cria um registro.',
    },
    bind: {
      what: (side, address) =>
        address
          ? `${Program(side)} associou o socket ao endereço ${address}.`
          : `${Program(side)} associou o socket a um endereço.`,
      why: 'Os clientes precisam saber onde se conectar, por isso o servidor escolhe seu endereço e sua porta. O cliente costuma deixar isso para connect(), que usa uma porta livre.',
    },
    listen: {
      what: (side) => `${Program(side)} colocou o socket em modo de escuta.`,
      why: 'Esta é a abertura passiva: o socket espera em LISTEN. A partir daqui o kernel completa apertos de mão sozinho, mesmo antes de o programa chamar accept().',
    },
    accept: {
      what: (side) => `${Program(side)} pediu a próxima conexão.`,
      why: 'accept() fica bloqueada até que o kernel tenha uma conexão com o aperto de mão completo. Ela retorna um socket novo, só para essa conexão; o socket de escuta continua como está.',
    },
    connect: {
      what: (side, address) =>
        address
          ? `${Program(side)} pediu ao kernel uma conexão com ${address}.`
          : `${Program(side)} pediu ao kernel uma conexão.`,
      why: 'Esta é a abertura ativa: o kernel envia um SYN, e o programa dorme até a resposta chegar, ou até o kernel desistir.',
    },
    send: {
      what: (side, bytes) => `${Program(side)} entregou ao kernel ${bytes} para enviar.`,
      why: 'send() retorna assim que o kernel copia os bytes para o buffer de envio; só se ele estiver cheio, ela espera haver lugar. Não haver erro não significa que algo chegou.',
    },
    recv: {
      what: (side) => `${Program(side)} pediu os bytes que chegaram.`,
      why: 'O TCP transporta um fluxo de bytes, não mensagens: recv() retorna o que houver, não importa como foi dividido em segmentos. Se nada chegou, ela bloqueia até que algo chegue, mesmo que seja só o fim.',
    },
    shutdown: {
      what: (side) => `${Program(side)} informou que não vai enviar mais nada.`,
      why: 'É um meio fechamento: o kernel envia um FIN depois do último byte, e o programa ainda pode ler. Quando o outro lado tiver lido todos os bytes, sua recv() encontrará o fim do fluxo.',
    },
    close: {
      what: (side) => `${Program(side)} fechou o socket.`,
      why: 'Fechar quer dizer “não tenho mais dados para enviar”: o kernel envia o que resta e depois um FIN. Se chegaram bytes que nunca foram lidos, ele envia um RST no lugar do FIN, para que o outro lado saiba que dados se perderam.',
    },
    reset: {
      what: (side) => `${Program(side)} abortou a conexão.`,
      why: 'Abortar é uma close() com tempo de espera (linger) zero: o kernel descarta o que não foi enviado e envia um RST ao outro lado. Depois disso ele não espera em TIME_WAIT.',
    },
    tls: {
      what: (side) => `${Program(side)} iniciou o TLS na sua conexão.`,
      why: 'O TLS é uma camada entre o programa e o TCP: os dois lados combinam chaves, e a partir daí cada registro é cifrado. O TCP transporta os registros como quaisquer bytes; quem olha o fio vê quantos são, e não o que dizem.',
    },
    setsockopt: {
      what: (side, option) => `${Program(side)} definiu uma opção do socket: ${option}.`,
      why: 'As opções mudam como o kernel trata uma conexão: se segmentos pequenos esperam (TCP_NODELAY), por quanto tempo uma chamada pode ficar bloqueada (SO_RCVTIMEO), se um outro lado calado deve dar sinal de vida (SO_KEEPALIVE). Nada é enviado.',
    },
    getsockopt: {
      what: (side, option) => `${Program(side)} leu uma opção do socket: ${option}.`,
      why: 'Com SO_ERROR, um programa que não esperou em connect() fica sabendo o resultado dela: 0 é sucesso, e qualquer outro valor é o erro. A leitura também o apaga. Nada é enviado.',
    },
    dup: {
      what: (side) => `${Program(side)} criou outro descritor para o mesmo socket.`,
      why: 'Os dois descritores representam uma só conexão. Uma close() em um deles não a encerra: o kernel só envia o FIN quando o último é fechado.',
    },
    fork: {
      what: (side, child) =>
        child
          ? `${Program(side)} criou outro processo, ${child}, que também tem a conexão.`
          : `${Program(side)} pediu outro processo, que também teria a conexão.`,
      why: 'O filho recebe uma cópia de cada descritor. Assim um processo pode aceitar conexões e deixar cada uma para um filho; o pai fecha então a sua cópia, e a conexão só termina quando o filho também fecha a dele.',
    },
    exit: {
      what: (side) => `${Program(side)} terminou sem fechar o socket.`,
      why: 'O kernel fecha o que um processo deixa aberto, e nada mais representava esta conexão. O outro lado não distingue isso de uma close(): recebe um FIN, ou um RST se sobraram bytes não lidos.',
    },
    epoll_wait: {
      what: (side) => `${Program(side)} perguntou quais dos seus sockets têm algo para ele (epoll).`,
      why: 'Assim uma única thread atende muitas conexões: ela dorme aqui até que alguma tenha algo, e não em accept() ou recv(). Essas chamadas retornam então na hora, pois o que pedem já está lá.',
    },
    poll: {
      what: (side) => `${Program(side)} perguntou quais de vários sockets têm algo para ele.`,
      why: 'poll() dorme até que um dos sockets tenha algo, ou até acabar o seu tempo. A accept() ou recv() que vem depois retorna então na hora, pois o que ela pede já está lá.',
    },
    select: {
      what: (side) => `${Program(side)} perguntou quais de vários sockets têm algo para ele.`,
      why: 'select() dorme até que um dos sockets tenha algo, ou até acabar o seu tempo. A accept() ou recv() que vem depois retorna então na hora, pois o que ela pede já está lá.',
    },
  },
  closeOfNothing: 'A conexão não existe mais: nada é enviado, e o kernel apenas libera o socket.',
  callEnd: {
    open: 'Ainda está bloqueada.',
    unseen: 'Seu retorno não foi visto.',
    seenBlocked: (at, before) =>
      `Foi vista bloqueada ${at ? `em ${at}` : 'antes da execução'}${before && `, e começou no máximo ${before} antes`}.`,
    seenOver: (at, before) =>
      before
        ? `Em ${at} já tinha terminado: retornou no máximo ${before} antes disso.`
        : `Em ${at} já tinha terminado.`,
    between: (call, from, until) =>
      `${call}() ${call === 'accept' ? 'retornou' : 'começou'} entre ${from} e ${until}: nada do que foi visto diz quando.`,
    ok: (took) => `Retornou depois de ${took}.`,
  },
  callReturn: {
    returned: (call, side, value, took, woke) =>
      `${call}() do programa ${NAMES[side]} retornou${value && ` ${value}`}${took && `, depois de ${took}`}${woke && `: ${woke}`}.`,
    failed: (call, side, took, error, means) =>
      `${call}() do programa ${NAMES[side]} falhou${took && ` depois de ${took}`} com ${error}${means && `: ${means}`}.`,
    unseen: 'O que ela retornou não foi visto.',
    values: {
      connectionFrom: (peer) => `uma conexão de ${peer}`,
      aConnection: 'uma conexão',
      end: '0\u00a0bytes, o fim do fluxo',
      timeUp: 'nada, porque o tempo dela acabou',
    },
    woke: {
      connect: 'o SYN+ACK que chegou a acordou',
      accept: 'o segmento que completou o aperto de mão a acordou',
      bytes: 'os bytes que chegaram a acordaram',
      fin: 'o FIN que chegou a acordou',
    },
    why: {
      timeUp:
        'O programa pediu para ser acordado, no máximo, depois de certo tempo. Até lá nenhum socket tinha algo, e isso não é um erro.',
      wait: 'Ela só diz quais sockets têm algo, e não tira nada: a chamada que tira vem a seguir, nesse socket.',
      accept:
        'O kernel já tinha completado o aperto de mão sozinho. accept() tira a conexão da fila e retorna um socket novo para ela; o socket de escuta continua como está.',
      connect:
        'Este lado agora sabe que seu SYN chegou e foi aceito. O terceiro segmento do aperto de mão pode ainda estar a caminho, e o programa servidor talvez nem tenha chamado accept().',
      recv: 'O TCP transporta um fluxo de bytes, não mensagens: recv() retorna o que chegou até agora, não importa como foi dividido em segmentos. Pode vir mais.',
      end: 'O FIN do outro lado chegou, e todos os bytes antes dele já foram lidos. Isso não é um erro: o outro lado não envia mais nada, mas este ainda pode enviar.',
    },
  },
  failures: {
    ECONNREFUSED: {
      means: 'um RST respondeu ao SYN, porque ninguém escuta ali',
      why: 'O outro hospedeiro existe e responde, por isso o programa fica sabendo na hora. Sem nenhuma resposta, o kernel repetiria o SYN, e connect() ficaria bloqueada.',
    },
    ECONNRESET: {
      means: 'chegou um RST, que encerrou a conexão',
      why: 'Um RST encerra os dois sentidos na hora, e não é um fim comum: bytes a caminho podem se perder, e ninguém sabe dizer quais.',
    },
    ETIMEDOUT: {
      means: 'o que foi enviado nunca foi confirmado, e o kernel desistiu',
      why: 'Um kernel repete por tempo limitado o que não é confirmado. Quanto tempo é um ajuste: onde nada foi ajustado, o Linux insiste por cerca de um quarto de hora.',
    },
    'connect ETIMEDOUT': {
      means: 'nenhum SYN teve resposta, e o kernel desistiu',
      why: 'O silêncio não diz nada: pode faltar o SYN, a resposta ou o hospedeiro. Quantas vezes o kernel repete o SYN é um ajuste: onde nada foi ajustado, o Linux insiste por mais de dois minutos.',
    },
    EPIPE: {
      means: 'este lado da conexão não pode mais enviar',
      why: 'Ou o próprio programa encerrou este sentido, ou um RST encerrou a conexão. Nada é enviado. Muitos sistemas geram também o sinal SIGPIPE.',
    },
    EADDRINUSE: {
      means: 'o endereço já está em uso',
      why: 'Outro socket tem este endereço e esta porta: um que escuta, ou o que resta de uma conexão em TIME_WAIT. SO_REUSEADDR permite o segundo caso, se os dois sockets a tiverem.',
    },
    EAGAIN: {
      means: 'ela teria de esperar',
      why: 'O programa pediu para não ser bloqueado, ou só por certo tempo. A conexão não tem defeito: mais tarde a mesma chamada pode ter sucesso.',
    },
    ECONNABORTED: {
      means: 'a conexão acabou antes que accept() pudesse retorná-la',
      why: 'O aperto de mão estava completo, mas o cliente abortou a conexão enquanto ela esperava na fila. O socket de escuta não é afetado.',
    },
    ECANCELED: {
      means: 'o programa desistiu dela',
      why: 'Não chegou nada que encerrasse a chamada: este lado não quis esperar mais.',
    },
    EHOSTUNREACH: {
      means: 'não há caminho até esse hospedeiro',
      why: 'Este hospedeiro ou um roteador no caminho informou isso. Nada se sabe da porta, pois o SYN não chegou até lá.',
    },
    ENETUNREACH: {
      means: 'não há caminho até essa rede',
      why: 'Este hospedeiro ou um roteador no caminho informou isso. Nada se sabe da porta, pois o SYN não chegou até lá.',
    },
  },
  otherFailure: {
    means: '',
    why: 'Uma chamada que falha retorna um número no lugar do que foi pedido, e o número tem um nome. A página de manual da chamada diz o que ele significa.',
  },
};

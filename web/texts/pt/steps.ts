import type { Topics } from '../topics.ts';

type Side = 'client' | 'server';
const NAMES = { client: 'cliente', server: 'servidor' };
const Program = (side: Side) => `O programa ${NAMES[side]}`;
const Kernel = (side: Side) => `O kernel do ${NAMES[side]}`;

export const steps: Topics['steps'] = {
  call: {
    socket: {
      what: (side) => `${Program(side)} pediu ao kernel um socket TCP.`,
      why: 'O socket é o acesso do programa a uma conexão que ainda não existe. Nada é enviado: o kernel apenas abre um registro para ela.',
    },
    bind: {
      what: (side, address) =>
        address
          ? `${Program(side)} associou o socket ao endereço ${address}.`
          : `${Program(side)} associou o socket a um endereço.`,
      why: 'Os clientes precisam saber onde se conectar, por isso o servidor escolhe seu endereço e sua porta. O cliente costuma deixar isso para connect(), que usa uma porta livre qualquer.',
    },
    listen: {
      what: (side) => `${Program(side)} colocou o socket em modo de escuta.`,
      why: 'Esta é a abertura passiva: o socket espera em LISTEN. A partir daqui o kernel completa apertos de mão sozinho, mesmo antes de o programa chamar accept().',
    },
    accept: {
      what: (side) => `${Program(side)} pediu a próxima conexão.`,
      why: 'accept() fica bloqueada até que o kernel tenha uma conexão com o aperto de mão completo: quem o completa é o ACK do cliente, o terceiro segmento. accept() retorna um socket novo, só para essa conexão; o socket de escuta continua como está.',
    },
    connect: {
      what: (side, address) =>
        address
          ? `${Program(side)} pediu ao kernel uma conexão com ${address}.`
          : `${Program(side)} pediu ao kernel uma conexão.`,
      why: 'Esta é a abertura ativa: o kernel envia um SYN, e o programa dorme até a resposta chegar. Quando connect() retorna, o terceiro segmento do aperto de mão pode ainda estar a caminho.',
    },
    send: {
      what: (side, bytes) => `${Program(side)} entregou ao kernel ${bytes} para enviar.`,
      why: 'send() retorna assim que o kernel copia os bytes para o buffer de envio. Ela não espera o outro lado: não haver erro aqui não significa que algo chegou.',
    },
    recv: {
      what: (side) => `${Program(side)} pediu os bytes que chegaram.`,
      why: 'O TCP transporta um fluxo de bytes, não mensagens: recv() retorna o que houver, não importa como foi dividido em segmentos. Se não há nada, ela bloqueia; 0\u00a0bytes significam que o outro lado enviou seu FIN.',
    },
    shutdown: {
      what: (side) => `${Program(side)} informou que não vai enviar mais nada.`,
      why: 'É um meio fechamento: o kernel envia um FIN depois do último byte, e o programa ainda pode ler. A recv() do outro lado encontrará o fim do fluxo.',
    },
    close: {
      what: (side) => `${Program(side)} fechou o socket.`,
      why: 'Fechar quer dizer “não tenho mais dados para enviar”: o kernel envia o que resta e depois um FIN. Se chegaram bytes que nunca foram lidos, ele envia um RST no lugar do FIN.',
    },
    reset: {
      what: (side) => `${Program(side)} abortou a conexão.`,
      why: 'Abortar é uma close() com tempo de espera (linger) zero: o kernel descarta o que não foi enviado e envia um RST ao outro lado. Depois disso não há TIME_WAIT.',
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
    returned: (what) => `Retornou ${what}.`,
    ok: (took) => `Retornou depois de ${took}.`,
    peer: (took, peer) => `Retornou depois de ${took} com uma conexão de ${peer}.`,
    bytes: (took, bytes) => `Retornou depois de ${took} com ${bytes}.`,
    end: (took) => `Retornou depois de ${took} com 0\u00a0bytes: o outro lado fechou.`,
    error: (took, error) => `Falhou depois de ${took} com ${error}.`,
  },
  bytes: {
    withText: (bytes, text) => `${bytes} (o texto ${text})`,
    withHex: (bytes, hex) => `${bytes} (${hex})`,
  },
  segment: {
    syn: {
      what: (side) => `${Kernel(side)} enviou um SYN: pede uma conexão e informa seu primeiro número de sequência.`,
      why: 'Os dois lados precisam combinar de onde a contagem começa antes de numerar um byte. O próprio SYN conta como um, por isso o primeiro byte de dados tem o número relativo 1.',
    },
    synAck: {
      what: (side) =>
        `${Kernel(side)} respondeu com SYN+ACK: aceita, informa seu próprio primeiro número de sequência e confirma o SYN.`,
      why: 'Um segmento cumpre duas funções. O lado que o recebe sabe que os segmentos passam nos dois sentidos; o lado que o enviou ainda não sabe disso.',
    },
    handshakeAck: {
      what: (side) => `${Kernel(side)} confirmou o SYN do outro lado: é o terceiro segmento do aperto de mão.`,
      why: 'Só este segmento diz ao servidor que o SYN dele chegou. É por isso que o aperto de mão é de três vias, e não de duas.',
    },
    ack: {
      what: (side, ack) =>
        `${Kernel(side)} confirmou tudo o que vem antes do byte relativo ${ack}, que é o próximo esperado.`,
      why: 'A confirmação é cumulativa: informa o próximo byte esperado, e assim uma só pode cobrir vários segmentos. Um ACK puro não ocupa número de sequência e não é confirmado.',
    },
    data: {
      what: (side, bytes, isSeen) =>
        `${Kernel(side)} enviou ${bytes} em um único segmento${isSeen ? '' : ', ou em vários: ninguém viu quantos'}.`,
      why: 'O emissor guarda os bytes até que sejam confirmados, caso precise enviá-los de novo. PSH pede ao kernel receptor que os entregue logo, o que acorda uma recv() bloqueada.',
    },
    fin: {
      what: (side) => `${Kernel(side)} enviou um FIN: este lado não tem mais nada a enviar.`,
      why: 'Um FIN fecha apenas um sentido. Como o SYN, ele ocupa um número de sequência, para poder ser confirmado; o outro sentido continua aberto até que seu lado também envie um FIN.',
    },
    dataFin: {
      what: (side, bytes) => `${Kernel(side)} enviou ${bytes} e, junto, um FIN: nada mais virá depois.`,
      why: 'Um FIN pode viajar com os últimos bytes. Ele fecha apenas um sentido e ocupa um número de sequência depois dos dados, para poder ser confirmado.',
    },
    refusal: {
      what: (side) => `${Kernel(side)} recusou o SYN com um RST: ninguém escuta nessa porta.`,
      why: 'O RST permite que connect() falhe na hora, em vez de esperar. Se um firewall descarta o SYN em silêncio, o kernel o reenvia várias vezes, até connect() desistir.',
    },
    rst: {
      what: (side) => `${Kernel(side)} enviou um RST: a conexão acaba na hora.`,
      why: 'Um RST não é negociado nem confirmado: quem o recebe descarta a conexão, e a próxima chamada do programa falha com ECONNRESET. Bytes a caminho, ou ainda não lidos, podem se perder.',
      whatAnswer: (side) => `${Kernel(side)} respondeu com um RST: não tem mais essa conexão.`,
      whyCopy:
        'A primeira cópia já encerrou a conexão. Um RST sem conexão é descartado: nunca é respondido, e nenhum programa fica sabendo.',
      whyAnswer: (flags) =>
        `Deste lado a conexão já não existia, e o ${flags} que chegou não pertencia a nenhuma. O kernel responde a todo segmento assim com um RST. Só um RST fica sem resposta: senão dois kernels nunca parariam.`,
    },
    retransmission: {
      what: 'É outra cópia de um segmento já enviado.',
      why: 'A confirmação não chegou a tempo, então o kernel envia os mesmos bytes de novo, com os mesmos números de sequência. Cada nova espera do temporizador de retransmissão dura o dobro da anterior.',
    },
    duplicate: {
      what: 'O enlace fez esta cópia: o kernel enviou o segmento uma só vez.',
      why: 'Redes podem entregar um pacote duas vezes. O receptor já tem esses números: descarta os bytes e confirma de novo. O programa não percebe nada.',
    },
    probe: {
      'keep-alive': {
        what: (side) => `${Kernel(side)} perguntou se o outro lado ainda está lá: uma sonda de keep-alive.`,
        why: 'Ela leva um número já confirmado, por isso o outro lado tem de responder com um ACK. Nada de novo é enviado. Depois de várias sondas sem resposta, o kernel abandona a conexão.',
      },
      'zero-window': {
        what: (side) => `${Kernel(side)} perguntou se já há espaço de novo: uma sonda de janela zero.`,
        why: 'O outro lado informou uma janela zero: por ora não aceita mais nada. O aviso de novo espaço poderia se perder, por isso o emissor continua perguntando, com frequência cada vez menor.',
      },
    },
    repeats: (count) =>
      `Enquanto o enlace o retinha, o kernel o enviou de novo ${count === 1 ? 'uma vez' : `${count}\u00a0vezes`}.`,
    fate: {
      delivered: (took) => `Chegou ${took} depois.`,
      atOnce: 'Chegou no mesmo instante.',
      dropped: 'Ele se perdeu no caminho.',
      underway: 'Ele está a caminho.',
      held: 'Ele está retido no enlace.',
      behind: 'Espera no enlace atrás de um segmento retido.',
      unknown: 'Nada mostra se ele chegou.',
    },
  },
  state: {
    what: (side, from, to) => `O lado do ${NAMES[side]} passou de ${from} para ${to}.`,
    listens: 'O kernel do servidor agora escuta em sua porta.',
    disagrees: {
      what: (side, state, expected) =>
        `O kernel do ${NAMES[side]} foi visto em ${state}, mas a máquina de estados do padrão diz ${expected}.`,
      why: 'O próprio kernel informou isso, e aqui aparece tal como é. Ou o kernel se afasta da RFC 9293, ou sabia de algo que não foi visto aqui.',
    },
    lasts: (duration) => `Este kernel fica nele por ${duration}.`,
    why: {
      CLOSED: 'A conexão não existe mais: o kernel liberou o registro dela. O par de portas pode ser usado de novo.',
      LISTEN:
        'Um socket de escuta espera SYNs de qualquer um. Ele não é uma conexão: cada conexão que chega ganha um registro próprio.',
      SYN_SENT:
        'Nosso SYN saiu e ainda não teve resposta. Se nada vier, o kernel o envia de novo depois de cerca de um segundo, depois dois, quatro e assim por diante.',
      SYN_RCVD:
        'Um SYN chegou e foi respondido; ainda não se sabe se a resposta chegou. Até lá o programa não vê a conexão.',
      ESTABLISHED:
        'Este lado sabe que os dois SYNs chegaram; os dados podem fluir nos dois sentidos. O outro lado pode chegar a este estado um pouco antes ou depois.',
      FIN_WAIT_1: 'Este lado fechou primeiro: seu FIN saiu e ainda não foi confirmado. Ele ainda pode receber.',
      FIN_WAIT_2: 'Nosso FIN foi confirmado; agora é a vez de o outro lado fechar. Até lá ele pode continuar enviando.',
      CLOSE_WAIT:
        'O FIN do outro lado chegou: ele não enviará mais nada. O kernel espera que seu próprio programa feche; se o programa esquecer, a conexão fica parada aqui.',
      CLOSING:
        'Os dois lados fecharam ao mesmo tempo: o FIN do outro chegou antes da confirmação do nosso. Só falta essa confirmação.',
      LAST_ACK: 'Os dois lados fecharam, e nosso FIN é a última coisa sem confirmação. Com ela, o registro desaparece.',
      TIME_WAIT:
        'Quem fecha primeiro espera aqui o dobro do tempo de vida máximo de um segmento (no Linux, 60\u00a0segundos). Se o último ACK se perder, ele pode ser enviado de novo, e segmentos atrasados não se confundem com os de uma conexão nova.',
    },
  },
  output: {
    what: (side) => `${Program(side)} imprimiu uma linha.`,
    why: 'Programas imprimem para as pessoas: nada disso viaja na conexão.',
  },
  evidenceMeans: {
    captured: 'O próprio pacote foi visto no enlace.',
    observed: 'Um programa ou um kernel informou.',
    inferred: 'Ninguém viu, mas deve ter acontecido.',
  },
  reason: {
    'listening-needs-a-bound-socket':
      'O servidor escuta, e para isso o socket precisa ter sido criado, associado e posto em escuta.',
    'connect-begins-with-syn': 'connect() foi chamada, e isso sempre começa com um SYN.',
    'connect-succeeded': 'connect() teve sucesso, e isso exige os três segmentos do aperto de mão.',
    'connect-was-reset':
      'connect() falhou com “reinicializada”, o que só se informa de uma conexão que existia: uma tentativa é “recusada”.',
    'connect-refused': 'connect() falhou com “recusada”, que é como se informa um RST em resposta ao SYN.',
    'peer-got-these-bytes': 'O outro programa recebeu estes bytes, portanto foram enviados.',
    'program-sent-these-bytes': 'O programa entregou estes bytes ao kernel, que os envia assim que pode.',
    'program-closed': 'O programa fechou o socket, e o kernel então envia um FIN.',
    'peer-saw-the-end': 'O outro programa chegou ao fim do fluxo, portanto um FIN chegou.',
    'program-reset': 'O programa abortou a conexão, e isso envia um RST.',
    'peer-saw-a-reset': 'O outro programa foi avisado de um reset, portanto um RST chegou.',
    'data-after-close':
      'Chegaram dados para um socket fechado, ou ficaram nele sem ser lidos: o kernel responde com um RST.',
    'ack-within-half-a-second':
      'Dados que chegaram têm de ser confirmados em até meio segundo. O momento exato é uma estimativa.',
    'fin-must-be-acknowledged': 'Um FIN que chegou tem de ser confirmado.',
    'only-an-accepted-socket-can-send': 'O programa servidor usou esta conexão, portanto a aceitou antes.',
    'state-follows-segment': 'Com esse segmento, a máquina de estados do padrão passa a este estado.',
  },
};

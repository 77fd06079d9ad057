import type { Topics } from '../topics.ts';
import { calls } from './calls.ts';

type Side = 'client' | 'server';
const NAMES = { client: 'cliente', server: 'servidor' };
const Program = (side: Side) => `O programa ${NAMES[side]}`;
const Kernel = (side: Side) => `O kernel do ${NAMES[side]}`;

export const steps: Topics['steps'] = {
  ...calls,
  bytes: {
    withText: (bytes, text) => `${bytes} (o texto ${text})`,
    withHex: (bytes, hex) => `${bytes} (${hex})`,
  },
  tls: {
    records: (bytes) => `O TLS fez deles ${bytes}: só estes se veem no fio.`,
    onlyRecords: (bytes) => `Estes ${bytes} são só do TLS: nada neles é do programa.`,
    agreed: (version, cipher, alpn) => `Os dois falam ${version} com ${cipher}${alpn && `, e ${alpn} por dentro`}.`,
    asked: (name) => `O cliente pediu ${name}.`,
    certificate: (name) =>
      name ? `O certificado do servidor é de ${name}.` : 'O certificado do servidor não nomeia ninguém.',
    valid: 'O certificado é válido.',
    notValid: (why) => `O certificado não pôde ser verificado: ${why}.`,
  },
  segment: {
    syn: {
      what: (side) => `${Kernel(side)} enviou um SYN: pede uma conexão e informa seu primeiro número de sequência.`,
      why: 'Os dois lados precisam combinar de onde a contagem começa antes de numerar um byte. O próprio SYN conta como um, por isso o primeiro byte de dados tem o número relativo 1.',
    },
    synAck: {
      what: (side) =>
        `${Kernel(side)} respondeu com SYN+ACK: aceita, informa seu próprio primeiro número de sequência e confirma o SYN.`,
      why: 'Um segmento cumpre duas funções. O lado que o recebe sabe que os segmentos passam nos dois sentidos; o lado que o envia ainda não sabe disso.',
    },
    handshakeAck: {
      what: (side) => `${Kernel(side)} confirmou o SYN do outro lado: é o terceiro segmento do aperto de mão.`,
      why: 'Sem ele, o servidor não pode saber que o SYN dele chegou: é por isso que o aperto de mão é de três vias, e não de duas. Se ele se perder, o segmento seguinte do cliente diz o mesmo.',
    },
    ack: {
      what: (side, ack) =>
        `${Kernel(side)} confirmou tudo o que vem antes do número relativo ${ack}, que é o próximo esperado.`,
      why: 'A confirmação é cumulativa: informa o próximo byte esperado, e assim uma só pode cobrir vários segmentos. Um ACK puro não ocupa número de sequência e não é confirmado.',
    },
    data: {
      what: (side, bytes, isSeen) =>
        `${Kernel(side)} enviou ${bytes} em um único segmento${isSeen ? '' : ', ou em vários: ninguém viu quantos'}.`,
      why: 'O emissor guarda os bytes até que sejam confirmados, caso precise enviá-los de novo. Se são os próximos na ordem, acordam uma recv() bloqueada. PSH não acorda ninguém: só diz que, por ora, o emissor não tem mais nada a acrescentar.',
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
      why: 'O RST permite que connect() falhe na hora. Sem resposta, como atrás de um firewall que descarta o SYN em silêncio, o kernel repetiria o SYN, e connect() ficaria bloqueada até o kernel desistir.',
    },
    rst: {
      what: (side) => `${Kernel(side)} enviou um RST: para este lado a conexão acaba na hora.`,
      whatAnswer: (side) => `${Kernel(side)} respondeu com um RST: não tem mais essa conexão.`,
      whyAnswer: (flags) =>
        `Deste lado a conexão já não existia, e o ${flags} que chegou não pertencia a nenhuma. O kernel responde a todo segmento assim com um RST, exceto a um RST: senão dois kernels nunca parariam.`,
      whyUnread: (side, bytes) =>
        `O programa ${side === 'client' ? 'cliente' : 'servidor'} fechou com ${bytes} por ler. Ninguém mais vai lê-los, então o kernel envia um RST em vez de um FIN: o outro lado fica sabendo que dados se perderam.`,
      effects: {
        pending:
          'Ele não é negociado nem confirmado. Se seu número é exatamente o que o receptor espera a seguir, a conexão acaba também ali; com qualquer outro número, ele é ignorado.',
        nothing: 'Quem o recebe não tem conexão que ele possa encerrar: o RST é descartado, e nada é respondido.',
        ignored:
          'Seu número não é o que o receptor espera a seguir, por isso ele não encerra nada: o receptor o descarta ou, no máximo, responde com um ACK. Senão qualquer estranho poderia encerrar uma conexão.',
        refuses: 'Ele confirma o SYN, por isso o receptor acredita nele: connect() falha com ECONNREFUSED.',
        ends: 'O receptor descarta a conexão, e a próxima chamada de seu programa falha com ECONNRESET. Bytes que ainda estavam a caminho podem se perder. Um RST não é confirmado.',
        endsAfterFin:
          'O receptor descarta a conexão. Ele já tinha recebido o FIN do outro lado, por isso o que se segue não é ECONNRESET: recv() continua a encontrar o fim do fluxo, e uma send() falha com EPIPE.',
        endsUnnoticed:
          'O receptor descarta a conexão. Nenhum programa está com ela agora: já foi fechada, ou ainda não foi aceita. Por isso nenhuma chamada falha.',
        endsTimeWait:
          'Seu número é exatamente o que o receptor espera, e o Linux o atende mesmo em TIME_WAIT: a espera acaba antes da hora. A RFC 1337 aconselha a ignorar um RST nesse estado.',
      },
    },
    retransmission: {
      what: 'Estes números já foram enviados antes.',
      why: {
        timeout:
          'Nenhuma confirmação veio antes que um temporizador expirasse, então o kernel envia os mesmos números mais uma vez. A cada vez que o temporizador de retransmissão expira, a espera seguinte é o dobro da anterior; o Linux pode enviar uma sonda como esta antes disso.',
        acks: 'Confirmações mostraram que algo enviado depois tinha chegado, então o kernel dá este segmento por perdido e o repete sem esperar que o temporizador expire. Se ele só estava atrasado, a repetição foi desnecessária.',
        syn: 'O SYN do outro lado veio mais uma vez, logo a resposta a ele parece ter se perdido. O kernel responde de novo na hora, sem esperar que seu próprio temporizador expire.',
      },
    },
    duplicate: {
      what: 'Quem fez esta cópia foi o enlace, e não o kernel.',
      why: {
        pending:
          'Redes podem entregar um pacote duas vezes. O receptor reconhece a cópia pelos números, e o programa não percebe nada.',
        first:
          'Esta cópia chegou antes do próprio segmento. Para o receptor são iguais: ele aceita o que chega primeiro, e o outro não traz nada de novo.',
        syn: 'O receptor já tem este SYN. Enquanto sua resposta não é confirmada, ele responde mais uma vez; depois disso, com um ACK.',
        synAck:
          'O receptor já tem este SYN+ACK: descarta a cópia e confirma de novo. O Linux limita quantas vezes faz isso.',
        data: 'O receptor já tem estes números: descarta a cópia e confirma mais uma vez o que tem. O programa não percebe nada.',
        bare: 'Um ACK puro não ocupa número, e este não diz nada de novo: o receptor o descarta e não responde nada. Senão ACKs responderiam a ACKs para sempre.',
        stale:
          'Ela chega tarde: o receptor já espera um número maior, por isso a descarta. Pode responder com um ACK, mas o Linux limita quantas vezes faz isso.',
        reset:
          'A primeira cópia já fez tudo o que um RST pode fazer. Esta é descartada: um RST nunca é respondido, e nenhum programa fica sabendo.',
        gone: 'Ela chega tarde: desse lado a conexão não existe mais, por isso o kernel responde com um RST, como a todo segmento que não pertence a nenhuma. Se esse RST encontra o outro lado em TIME_WAIT, pode encerrar a espera.',
      },
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
    found: (side, state) =>
      `O lado do ${NAMES[side]} da conexão já estava em ${state} quando o Aperto o viu pela primeira vez.`,
    disagrees: {
      what: (side, state, expected) =>
        `O kernel do ${NAMES[side]} foi visto em ${state}, mas a máquina de estados do padrão diz ${expected}.`,
      why: 'O próprio kernel informou isso, e aqui aparece tal como é. Ou o kernel se afasta da RFC 9293, ou sabia de algo que não foi visto aqui.',
    },
    lasts: (duration) => `Seu temporizador dura ${duration}.`,
    endedEarly: (duration) => `Um RST o encerrou depois de ${duration}.`,
    timeWaitEnded:
      'Chegou um RST com exatamente o número esperado, e o Linux o atende mesmo em TIME_WAIT. A RFC 1337 chama isso de assassinato de TIME_WAIT e aconselha a ignorar um RST assim.',
    gaveUp: {
      what: (side, from) => `O kernel do ${NAMES[side]} desistiu: apagou a conexão, que estava em ${from}.`,
      whySyn:
        'O temporizador expirou pela última vez, e nenhum SYN teve resposta. Quantas vezes um SYN é repetido é um ajuste: onde nada foi ajustado, o Linux desiste depois de mais de dois minutos; a RFC 9293 pede ao menos três.',
      why: 'O temporizador expirou pela última vez, e o que foi enviado nunca foi confirmado. Por quanto tempo um kernel insiste é um ajuste: onde nada foi ajustado, o Linux desiste depois de cerca de um quarto de hora.',
    },
    why: {
      CLOSED:
        'Para este lado a conexão não existe mais: o kernel liberou o registro dela. O outro lado talvez ainda tenha o seu: enquanto estiver em TIME_WAIT, este par de endereços e portas não está livre.',
      LISTEN:
        'Um socket de escuta espera SYNs de qualquer um. Ele não é uma conexão: cada conexão que chega ganha um registro próprio.',
      SYN_SENT:
        'Nosso SYN saiu e ainda não teve resposta. Se nada vier, o kernel o envia de novo depois de cerca de um segundo, e depois com frequência cada vez menor, até desistir.',
      SYN_RCVD: 'Um SYN chegou; ainda não se sabe se a resposta a ele chega. Até lá o programa não vê a conexão.',
      ESTABLISHED:
        'Este lado sabe que os dois SYNs chegaram; os dados podem fluir nos dois sentidos. O outro lado pode chegar a este estado um pouco antes ou depois.',
      FIN_WAIT_1:
        'Este lado está fechando, e nenhum FIN do outro chegou: seu próprio FIN foi enviado ou espera atrás de dados, e ainda não foi confirmado. O outro lado ainda pode enviar.',
      FIN_WAIT_2:
        'Nosso FIN foi confirmado; agora é a vez de o outro lado fechar, e até lá ele pode continuar enviando. Se nosso programa fechou o socket por inteiro, dados novos são respondidos com um RST, e o Linux não espera mais que um minuto.',
      CLOSE_WAIT:
        'O FIN do outro lado chegou: ele não enviará mais nada. O kernel espera que seu próprio programa feche; se o programa esquecer, a conexão fica parada aqui.',
      CLOSING:
        'Os dois lados fecharam quase ao mesmo tempo: o FIN do outro chegou antes da confirmação do nosso. Só falta essa confirmação.',
      LAST_ACK:
        'Os dois lados fecharam. Nosso FIN foi enviado ou espera atrás de dados, e ainda não foi confirmado. Com essa confirmação, o registro desaparece.',
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
    'state-follows-segment': 'É o que se segue pela máquina de estados do padrão.',
    'answered-a-syn': 'Um kernel só responde a um SYN com SYN+ACK se um socket está na escuta.',
    'began-before-capture':
      'A captura não tem o handshake inteiro. Para trocarem segmentos assim, as pontas já tinham de estar neste estado.',
  },
};

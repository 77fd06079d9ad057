import { trouble, seconds, waiters } from './scenarios-trouble.ts';
import type { ScenarioTexts } from '../scenario-texts.ts';

const parity = { even: 'PAR', odd: 'ÍMPAR', silence: 'Nada' };
const synAnswers = { synack: 'Um SYN+ACK', rst: 'Um RST', nothing: 'Nada' };

export const scenarios: ScenarioTexts = {
  words: {
    skip: 'Continuar sem palpite',
    run: 'Executar este cenário',
    again: 'Executar de novo',
    edit: 'Editar o roteiro',
    right: 'Certo.',
    wrong: (answer) => `Nesta execução foi: ${answer}.`,
    answer: (answer) => `Nesta execução: ${answer}.`,
    untold: 'Esta execução não mostra.',
    shown: 'Repare:',
    notShown: 'Esta execução foi por outro caminho. O que procurar:',
  },
  themes: {
    numbers: 'Um número e sua resposta',
    opening: 'Abrir uma conexão',
    onTheWay: 'No caminho',
    ending: 'Encerrar uma conexão',
  },
  shelf: {
    plain: {
      name: 'Simples',
      sentence: 'O cliente envia 121 em dois bytes, o servidor responde e fecha, e depois o cliente fecha.',
      look: 'Três segmentos abrem a conexão; o FIN do servidor vem primeiro, por isso o servidor fica em TIME_WAIT.',
      question: 'Quem estará em TIME_WAIT no fim?',
      choices: waiters,
      explanation:
        'O lado que envia o FIN primeiro espera em TIME_WAIT, para poder responder caso seu último ACK se perca. Este servidor fecha assim que responde.',
    },
    zero: {
      name: 'Zero',
      sentence: 'O cliente envia o número 0, em dois bytes 00.',
      look: 'Bytes de valor 0 são dados como quaisquer outros: cada um ocupa um número de sequência e é confirmado.',
      question: 'O que o servidor responde ao zero?',
      choices: parity,
      explanation:
        'Dois bytes 00 são dois bytes, e não “nada”. O servidor lê o número 0, e 0 é par. O zero tem um dígito, embora este servidor não conte nenhum; de um modo ou de outro, são menos de dez.',
    },
    silence: {
      name: 'Dez dígitos: silêncio',
      sentence:
        'Para um número de exatamente dez dígitos o protocolo do servidor não tem resposta: ele fecha sem enviar nenhum byte.',
      look: 'O servidor confirma o número e não envia dados, só o FIN: para recv(), é o fim do fluxo.',
      question: 'O que a recv() do cliente retorna?',
      choices: { bytes: 'Alguns bytes', zero: '0: nenhum byte, e nenhum erro', error: 'Um erro' },
      explanation: 'Um FIN sem dados é um fim comum: recv() retorna 0. Um RST faria disso um erro.',
    },
    echo: {
      name: 'Um número grande',
      sentence: 'Um número de mais de dez dígitos volta em decimal: 12345678901 vai em cinco bytes.',
      look: 'O mesmo número tem bytes diferentes em cada sentido: vai um inteiro, voltam dígitos decimais.',
      question: 'Cinco bytes vão ao servidor. Quantos voltam?',
      choices: { five: '5', eleven: '11', none: 'Nenhum' },
      explanation: 'O TCP transporta bytes e não sabe nada de números. Em decimal, cada dígito é um byte: onze.',
    },
    split: {
      name: 'Um número dividido',
      sentence: 'Os dois bytes de 121 são enviados um a um, com 0,8\u00a0segundo entre eles.',
      look: 'O servidor lê uma vez, recebe só o primeiro byte e responde a ele; ao segundo byte responde um RST.',
      question: '121 é ímpar. O que o servidor responde?',
      choices: parity,
      explanation:
        'O TCP transporta um fluxo de bytes, não mensagens: recv() retorna o que chegou. O primeiro byte sozinho é 0, e 0 é par. O próprio programa precisa saber onde uma mensagem termina.',
    },
    two: {
      name: 'Dois números',
      sentence: 'O cliente já tem sua resposta e envia um segundo número na mesma conexão.',
      look: 'send() retorna sem erro. Os bytes chegam a um servidor que já fechou, e o kernel dele responde com um RST.',
      question: 'O que acontece com o segundo número?',
      choices: {
        answered: 'Também é respondido',
        reset: 'O kernel do servidor responde com um RST',
        nothing: 'Nenhuma reação',
      },
      explanation:
        'Este servidor atende um número e fecha. Dados que chegam para um socket fechado não chegam a ninguém, e um RST informa isso a quem os enviou. send() só entrega os bytes ao kernel do próprio cliente.',
    },
    unread: {
      name: 'Mais de 1024\u00a0bytes',
      sentence: 'O cliente envia 1100\u00a0bytes, dos quais o servidor usa 1024.',
      look: 'Primeiro vem a resposta, e depois um RST no lugar do FIN: a última recv() falha com ECONNRESET.',
      question: 'Como termina o lado do servidor?',
      choices: { fin: 'Com um FIN', rst: 'Com um RST', nothing: 'Continua aberto' },
      explanation:
        'Fechar com bytes não lidos envia um RST, para que o outro lado saiba que dados se perderam. O servidor publicado deixa isso ao kernel; um programa em Node já leu tudo, por isso este pede o RST.',
    },
    refused: {
      name: 'Sem servidor',
      sentence: 'O cliente se conecta a uma porta em que ninguém escuta.',
      look: 'Dois segmentos, SYN e RST, e acabou: connect() falha com ECONNREFUSED.',
      question: 'O que o kernel do servidor responde ao SYN?',
      choices: synAnswers,
      explanation:
        'O hospedeiro existe, mas ninguém escuta na porta: o kernel dele recusa na hora, com um RST que confirma o SYN. Sem nenhuma resposta, o kernel do cliente repetiria o SYN, e connect() ficaria bloqueada.',
    },
    unaccepted: {
      name: 'Um servidor que nunca aceita',
      sentence: 'O servidor escuta e depois dorme para sempre: nunca chama accept().',
      look: 'Os dois lados estão em ESTABLISHED e os dados são confirmados, mas o programa servidor não viu nada disso.',
      question: 'Ninguém chama accept(). O que faz a connect() do cliente?',
      choices: { ok: 'Dá certo', refused: 'Falha', blocks: 'Fica bloqueada' },
      explanation:
        'Quem faz o aperto de mão são os kernels, não os programas: a conexão completa espera na fila do socket de escuta. accept() apenas a tira da fila.',
    },
    backlog: {
      name: 'Fila cheia',
      sentence:
        'A fila de conexões por aceitar do servidor está cheia; depois de dois segundos e meio ele volta a aceitar.',
      look: 'O SYN chega e nada volta. O kernel do cliente o repete até haver lugar.',
      question: 'O que o kernel do servidor responde ao primeiro SYN?',
      choices: synAnswers,
      explanation:
        'Se a fila está cheia, o Linux descarta o SYN em silêncio: o kernel do cliente o envia de novo depois de 1\u00a0segundo, depois de mais 2, e então pode haver lugar. Um RST faria connect() falhar na hora.',
    },
    blackhole: {
      name: 'Um buraco negro',
      sentence: 'O enlace perde tudo; o kernel do cliente insiste por 15\u00a0segundos.',
      look: 'Um SYN após o outro, cada espera maior que a anterior, até que connect() falha com ETIMEDOUT.',
      question: 'O SYN é enviado de novo. Quanto duram as esperas?',
      choices: { same: 'Sempre o mesmo', double: 'Cada uma o dobro da anterior', once: 'Só há um SYN' },
      explanation:
        'Cada espera é o dobro da anterior, para não congestionar ainda mais uma rede congestionada. Depois quem desiste é o kernel, e não o programa. O laboratório deixa seu cliente repetir o SYN três vezes; onde nada foi ajustado, o Linux insiste por mais de dois minutos, e a RFC 9293 pede ao menos três.',
    },
    lostSyn: {
      name: 'Um SYN perdido',
      sentence: 'O enlace perde o primeiro SYN.',
      look: 'connect() fica bloqueada o tempo todo; o segundo SYN tem o mesmo número de sequência que o primeiro.',
      question: 'Depois de quanto tempo o kernel do cliente o envia de novo?',
      choices: seconds,
      explanation:
        'Ainda não se sabe nada do caminho; por isso a primeira espera é de um segundo, como diz a RFC 6298.',
    },
    lostSynAck: {
      name: 'Um SYN+ACK perdido',
      sentence: 'A resposta do servidor ao SYN se perde, e os dois lados esperam.',
      look: 'O servidor está em SYN_RCVD, o cliente ainda em SYN_SENT: cada um enviou algo que não foi confirmado.',
      question: 'Qual lado é o primeiro a enviar de novo?',
      choices: waiters,
      explanation:
        'Cada um tem um temporizador, e cada um espera cerca de um segundo. O temporizador do cliente começou antes. Seja quem for o primeiro, o servidor responde a um SYN repetido com o SYN+ACK mais uma vez.',
    },
    lostAck: {
      name: 'Um ACK perdido',
      sentence: 'O terceiro segmento do aperto de mão se perde, e o número vem logo atrás dele.',
      look: 'O servidor fica em SYN_RCVD até que cheguem os dados: eles também confirmam seu SYN.',
      question: 'O que precisa ser enviado de novo?',
      choices: { ack: 'O ACK', synack: 'O SYN+ACK', nothing: 'Nada' },
      explanation:
        'As confirmações são cumulativas, e todo segmento depois do SYN traz uma: a seguinte substitui a perdida. Se o cliente não enviasse nada, o servidor repetiria seu SYN+ACK.',
    },
    ...trouble,
  },
};

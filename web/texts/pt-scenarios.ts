import type { ScenarioTexts } from './en-scenarios.ts';

const seconds = { fifth: 'cerca de 0,2 segundo', one: 'cerca de 1 segundo', three: 'cerca de 3 segundos' };
const waiters = { client: 'O cliente', server: 'O servidor', nobody: 'Ninguém' };
const parity = { even: 'PAR', odd: 'ÍMPAR', silence: 'Nada' };
const synAnswers = { synack: 'Um SYN+ACK', rst: 'Um RST', nothing: 'Nada' };

/** The shelf of scenarios in Brazilian Portuguese. */
export const ptScenarios: ScenarioTexts = {
  themes: {
    numbers: 'Um número e sua resposta',
    opening: 'Abrir uma conexão',
    onTheWay: 'No caminho',
    ending: 'Encerrar uma conexão',
  },
  shelf: {
    plain: {
      name: 'Simples',
      sentence: 'O cliente envia 121 em dois bytes, o servidor responde e fecha, e o cliente fecha depois dele.',
      look: 'Três segmentos abrem a conexão; o FIN do servidor vem primeiro, por isso é ele que fica em TIME_WAIT.',
      question: 'Quem estará em TIME_WAIT no fim?',
      choices: waiters,
      explanation:
        'Quem envia seu FIN primeiro espera em TIME_WAIT, para responder caso seu último ACK se perca. Este servidor fecha assim que responde.',
    },
    zero: {
      name: 'Zero',
      sentence: 'O cliente envia o número 0, em dois bytes zero.',
      look: 'Bytes zero são dados como quaisquer outros: têm números de sequência e são confirmados.',
      question: 'O que o servidor responde ao zero?',
      choices: parity,
      explanation: 'Dois bytes zero são dois bytes, e não “nada”. O servidor lê o número 0, e 0 é par.',
    },
    silence: {
      name: 'Dez dígitos: silêncio',
      sentence:
        'Para um número de exatamente dez dígitos o protocolo do servidor não tem resposta: ele fecha sem um byte.',
      look: 'Do servidor não vêm dados, só o FIN: é isso que recv() encontra como fim do fluxo.',
      question: 'O que a recv() do cliente retorna?',
      choices: { bytes: 'Alguns bytes', zero: '0: nenhum byte, e nenhum erro', error: 'Um erro' },
      explanation: 'Um FIN sem dados é um fim comum: recv() retorna 0. Só um RST faria disso um erro.',
    },
    echo: {
      name: 'Um número grande',
      sentence: 'Um número de mais de dez dígitos volta em decimal: 12345678901 vai em cinco bytes.',
      look: 'O mesmo número tem bytes diferentes em cada sentido: vai um inteiro, voltam dígitos decimais.',
      question: 'Cinco bytes vão ao servidor. Quantos voltam?',
      choices: { five: '5', eleven: '11', none: 'Nenhum' },
      explanation: 'O TCP transporta bytes e nada sabe de números. Em decimal, cada dígito é um byte: onze.',
    },
    split: {
      name: 'Um número dividido',
      sentence: 'Os dois bytes de 121 são enviados um a um, com 50 ms entre eles.',
      look: 'O servidor lê uma vez, recebe só o primeiro byte e responde a ele; o segundo byte encontra um RST.',
      question: '121 é ímpar. O que o servidor responde?',
      choices: parity,
      explanation:
        'O TCP é um fluxo de bytes, sem mensagens dentro dele: recv() retorna o que chegou. O primeiro byte sozinho é 0, e 0 é par. O próprio programa precisa saber onde uma mensagem termina.',
    },
    two: {
      name: 'Dois números',
      sentence: 'O cliente já tem sua resposta e envia um segundo número na mesma conexão.',
      look: 'send() retorna sem erro, embora o servidor já tenha fechado: o kernel dele responde aos bytes com um RST.',
      question: 'O que acontece com o segundo número?',
      choices: {
        answered: 'Também é respondido',
        reset: 'O kernel do servidor responde com um RST',
        nothing: 'Nenhuma reação',
      },
      explanation:
        'Este servidor atende um número e fecha. Dados que chegam para um socket fechado não alcançam ninguém, e um RST diz isso a quem os enviou. send() só entrega os bytes ao próprio kernel.',
    },
    unread: {
      name: 'Mais de 1024 bytes',
      sentence: 'O cliente envia 1100 bytes, dos quais o servidor usa 1024.',
      look: 'Primeiro vem a resposta, e depois um RST no lugar do FIN: recv() termina com ECONNRESET.',
      question: 'Como termina o lado do servidor?',
      choices: { fin: 'Com um FIN', rst: 'Com um RST', nothing: 'Continua aberto' },
      explanation:
        'Fechar com bytes não lidos envia um RST, para que o outro lado saiba que dados se perderam. O servidor publicado deixa isso ao kernel; um programa em Node já leu tudo, por isso este o pede.',
    },
    refused: {
      name: 'Sem servidor',
      sentence: 'O cliente se conecta a uma porta em que ninguém escuta.',
      look: 'Dois segmentos e tudo acabou: SYN, RST. connect() retorna ECONNREFUSED.',
      question: 'O que o kernel do servidor responde ao SYN?',
      choices: synAnswers,
      explanation: 'O hospedeiro está lá, a porta não: seu kernel recusa na hora, com um RST que confirma o SYN.',
    },
    unaccepted: {
      name: 'Um servidor que nunca aceita',
      sentence: 'O servidor escuta e depois dorme para sempre: nunca chama accept().',
      look: 'Os dois lados estão em ESTABLISHED e os dados são confirmados, sem que nenhum programa tenha visto a conexão.',
      question: 'Ninguém chama accept(). O que faz a connect() do cliente?',
      choices: { ok: 'Dá certo', refused: 'Falha', blocks: 'Fica bloqueada' },
      explanation:
        'Quem faz o aperto de mão são os kernels, não os programas: a conexão espera, completa, na fila do socket de escuta. accept() apenas a tira de lá.',
    },
    backlog: {
      name: 'Fila cheia',
      sentence:
        'A fila de conexões por aceitar do servidor está cheia; depois de dois segundos e meio ele volta a aceitar.',
      look: 'O SYN chega e nada volta. O kernel do cliente o repete até que um encontre lugar.',
      question: 'O que o kernel do servidor responde ao primeiro SYN?',
      choices: synAnswers,
      explanation:
        'O Linux descarta o SYN que encontra a fila cheia e nada diz: o cliente o envia de novo depois de 1 segundo, depois de mais 2, e então pode haver lugar. Um RST o teria feito desistir.',
    },
    blackhole: {
      name: 'Um buraco negro',
      sentence: 'O enlace perde tudo; o kernel do cliente insiste por 15 segundos.',
      look: 'Um SYN após o outro, cada espera maior que a anterior, até que connect() retorna ETIMEDOUT.',
      question: 'O SYN é enviado de novo. Quanto duram as esperas?',
      choices: { same: 'Sempre o mesmo', double: 'Cada uma o dobro da anterior', once: 'Há um só SYN' },
      explanation:
        'Cada espera é o dobro da anterior, para não congestionar ainda mais uma rede congestionada. O laboratório deixa seu cliente repetir o SYN três vezes; o Linux, por si, o faz seis vezes ou mais, por um minuto ou dois.',
    },
    lostSyn: {
      name: 'Um SYN perdido',
      sentence: 'O enlace perde o primeiro SYN.',
      look: 'connect() fica bloqueada o tempo todo; o segundo SYN tem o mesmo número de sequência que o primeiro.',
      question: 'Depois de quanto tempo o kernel do cliente o envia de novo?',
      choices: seconds,
      explanation: 'Nada se sabe ainda do caminho; por isso a primeira espera é de um segundo, como diz a RFC 6298.',
    },
    lostSynAck: {
      name: 'Um SYN+ACK perdido',
      sentence: 'A resposta do servidor ao SYN se perde, e os dois lados esperam.',
      look: 'O servidor está em SYN_RCVD, o cliente ainda em SYN_SENT: os dois têm um temporizador correndo.',
      question: 'O kernel de quem é o primeiro a enviar de novo?',
      choices: waiters,
      explanation:
        'Os dois enviaram algo que não foi confirmado, e os dois esperam cerca de um segundo. O temporizador do cliente começou antes; seja quem for o primeiro, a um SYN repetido o servidor responde com o SYN+ACK mais uma vez.',
    },
    lostAck: {
      name: 'Um ACK perdido',
      sentence: 'O terceiro segmento do aperto de mão se perde, e o número vem logo atrás dele.',
      look: 'O servidor fica em SYN_RCVD até que cheguem os dados: eles também confirmam seu SYN.',
      question: 'O que precisa ser enviado de novo?',
      choices: { ack: 'O ACK', synack: 'O SYN+ACK', nothing: 'Nada' },
      explanation:
        'As confirmações são cumulativas, e todo segmento depois do SYN traz uma: a seguinte substitui a perdida. Sem dados, o servidor repetiria seu SYN+ACK.',
    },
    lostData: {
      name: 'Dados perdidos',
      sentence: 'O segmento com o número se perde.',
      look: 'Nenhum ACK vem, e o kernel do cliente envia os mesmos bytes com o mesmo número de sequência; o programa nada percebe.',
      question: 'Depois de quanto tempo os bytes são enviados de novo?',
      choices: seconds,
      explanation:
        'A espera segue do tempo de ida e volta medido. Num caminho tão curto, o que vale é o mínimo que o Linux permite: 200 ms, onde a RFC 6298 pede um segundo inteiro.',
    },
    lostFin: {
      name: 'Um FIN perdido',
      sentence: 'O FIN do servidor se perde, depois que a resposta chegou.',
      look: 'O cliente tem sua resposta e segue bloqueado em recv(): o fim não chegou. FIN_WAIT_1 dura até que chegue.',
      question: 'Quem percebe que o FIN está faltando?',
      choices: waiters,
      explanation:
        'Um FIN tem número de sequência e precisa ser confirmado, como os dados. Quem o enviou o repete; quem o receberia não sente falta do que nem sabia que viria.',
    },
    duplicate: {
      name: 'Duplicatas',
      sentence: 'O enlace entrega cada segmento duas vezes.',
      look: 'Os kernels respondem às cópias com mais um ACK e as descartam; os programas veem cada byte uma só vez.',
      question: 'A resposta chega duas vezes. Quantas vezes recv() a retorna?',
      choices: { once: 'Uma', twice: 'Duas' },
      explanation: 'Os números de sequência distinguem uma cópia do que é novo: bytes já recebidos são descartados.',
    },
    reordered: {
      name: 'Fora de ordem',
      sentence: 'De dois segmentos, o primeiro se atrasa e o segundo o ultrapassa.',
      look: 'O segundo espera no kernel do servidor, que confirma de novo o byte 1; recv() recebe todos os bytes em ordem.',
      question: 'Nada se perdeu. Mesmo assim o kernel do cliente vai enviar algo de novo?',
      choices: { yes: 'Sim', no: 'Não' },
      explanation:
        'Uma confirmação repetida parece sinal de um segmento perdido. O Linux espera por ele uma fração do tempo de ida e volta e depois envia de novo; se o atrasado chega a tempo varia de uma execução para outra.',
    },
    smallSegments: {
      name: 'Segmentos pequenos',
      sentence: 'Um número de 1024 bytes por um enlace cujo maior segmento tem 88 bytes.',
      look: 'O SYN oferece “mss 88”; as opções ocupam 12 bytes de cada segmento, e sobram 76 para os dados.',
      question: 'Quanto do número a primeira recv() do servidor recebe?',
      choices: { whole: 'Todos os 1024 bytes', part: 'Só uma parte' },
      explanation:
        'Ela recebe o que chegou até a hora em que olha: em algumas execuções tudo, em outras uma parte, e então a resposta é a outro número. Um programa que confia em uma só recv() funciona por sorte.',
    },
    slowReader: {
      name: 'Um leitor lento',
      sentence: 'O cliente envia 144 KiB a um servidor que por um segundo não lê nada.',
      look: 'A janela nos ACKs do servidor encolhe até 0, e se abre de novo quando o programa lê.',
      question: 'O que faz o kernel do cliente enquanto a janela está fechada?',
      choices: {
        asks: 'Pergunta de tempos em tempos',
        waits: 'Apenas espera',
        resets: 'Reinicia a conexão com um RST',
      },
      explanation:
        'O segmento que abre a janela poderia se perder, e então os dois esperariam para sempre. Por isso quem envia sonda a janela fechada, cada vez menos, e a cada sonda se responde com a janela daquele momento.',
    },
    nagle: {
      name: 'Nagle e o ACK atrasado',
      sentence:
        'Dois envios pequenos seguidos, com o algoritmo de Nagle, a um servidor que precisa de ambos para responder.',
      look: 'A segunda send() retorna logo, mas seu segmento só parte quando vem um ACK, uns 40 ms depois.',
      question: 'Quando parte o segundo segmento pequeno?',
      choices: { once: 'Na hora', ack: 'Depois do ACK do primeiro', reply: 'Depois da resposta do servidor' },
      explanation:
        'O algoritmo de Nagle retém segmentos pequenos enquanto outro não foi confirmado; o kernel do servidor retém seu ACK, na esperança de dados que o levem. Um espera pelo outro até que o temporizador do ACK acabe com isso. A saída é TCP_NODELAY.',
    },
    clientResets: {
      name: 'O cliente aborta',
      sentence: 'Enquanto o servidor pensa, o cliente aborta a conexão.',
      look: 'Um RST, e os dois lados estão em CLOSED na hora: sem FIN, sem TIME_WAIT. A recv() do servidor falha com ECONNRESET.',
      question: 'O que o kernel do servidor envia em resposta ao RST?',
      choices: { ack: 'Um ACK', rst: 'Um RST', nothing: 'Nada' },
      explanation:
        'Um RST nunca é confirmado: o que ele encerra já não existe, e dois hospedeiros que respondessem RST com RST não parariam mais.',
    },
    clientFirst: {
      name: 'O cliente fecha primeiro',
      sentence: 'Um servidor que continua atendendo até que o cliente feche.',
      look: 'O primeiro FIN é o do cliente, e o servidor o segue: os estados trocaram de lado.',
      question: 'Quem estará em TIME_WAIT no fim?',
      choices: waiters,
      explanation: 'TIME_WAIT é de quem fecha primeiro, seja cliente ou servidor: aqui é o cliente.',
    },
    halfClose: {
      name: 'Meio fechamento',
      sentence: 'O cliente encerra seu sentido com shutdown(), e o servidor responde um segundo depois.',
      look: 'O cliente está em FIN_WAIT_2, o servidor em CLOSE_WAIT, e ainda há dados indo de um ao outro.',
      question: 'O FIN do cliente chegou. O servidor ainda pode enviar sua resposta?',
      choices: { yes: 'Sim', no: 'Não' },
      explanation:
        'Uma conexão tem dois sentidos, e cada um termina por si. Um FIN diz “não tenho mais nada a enviar”, e não “fui embora”.',
    },
    killed: {
      name: 'O servidor é morto',
      sentence: 'Aos primeiros bytes, o programa servidor é encerrado por SIGKILL.',
      look: 'Nenhum programa chama close(), e mesmo assim há um fim: o kernel arruma o que o programa morto deixou.',
      question: 'O que o cliente recebe?',
      choices: { fin: 'Um FIN', rst: 'Um RST', nothing: 'Nada' },
      explanation:
        'O kernel fecha o que um programa morto deixa aberto, e para o cliente isso parece um fim como outro qualquer. Se houvesse bytes não lidos, teria sido um RST. Só um hospedeiro morto se cala.',
    },
    tooSlow: {
      name: 'Uma resposta demorada',
      sentence: 'O servidor leu o número e pensa por um segundo antes de responder.',
      look: 'O cliente fica bloqueado em recv(), e o enlace está vazio: uma conexão parada não custa nada.',
      question: 'O que passa pelo enlace durante esse segundo?',
      choices: { nothing: 'Nada', probes: 'Sondas de keep-alive', again: 'O número, de novo' },
      explanation:
        'O número foi confirmado, então não há o que repetir. O TCP não tem prazo para uma resposta, e keep-alives precisam ser pedidos. Quanto esperar é decisão do programa.',
    },
    silentClient: {
      name: 'Um cliente calado',
      sentence: 'O cliente se conecta, cala-se por meio segundo e encerra seu lado sem um byte.',
      look: 'O servidor fica bloqueado em recv() esse tempo todo; depois ela retorna 0, e ele responde como ao número 0.',
      question: 'Nenhum byte chegou. O que a recv() do servidor retorna no fim?',
      choices: { zero: '0', error: 'Um erro', blocks: 'Nunca retorna' },
      explanation:
        'O FIN encerra o fluxo, mesmo um fluxo vazio: 0 bytes. Este servidor toma nenhum byte pelo número 0: PAR.',
    },
    restart: {
      name: 'Endereço já em uso',
      sentence: 'Um servidor que fechou primeiro começa de novo em seguida, na mesma porta.',
      look: 'O kernel do servidor está em TIME_WAIT, e o que o programa escreveu diz o que bind() retornou, duas vezes.',
      question: 'O que bind() retorna ao servidor que começa de novo?',
      choices: { ok: 'Sucesso', inUse: 'EADDRINUSE' },
      explanation:
        'A conexão em TIME_WAIT ainda ocupa o endereço. No Linux nem SO_REUSEADDR ajuda a essa altura, como mostra a linha escrita: o socket anterior também precisava tê-la. Por isso servidores a usam sempre; o Node usa.',
    },
  },
};

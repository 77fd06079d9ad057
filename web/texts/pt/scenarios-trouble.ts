import type { TroubleTexts } from '../scenario-texts.ts';

export const seconds = {
  fifth: 'cerca de 0,2\u00a0segundo',
  one: 'cerca de 1\u00a0segundo',
  three: 'cerca de 3\u00a0segundos',
};
export const waiters = { client: 'O cliente', server: 'O servidor', nobody: 'Ninguém' };

export const trouble: TroubleTexts = {
  lostData: {
    name: 'Dados perdidos',
    sentence: 'O segmento com o número se perde.',
    look: 'Nenhum ACK vem, e o kernel do cliente envia os mesmos bytes com o mesmo número de sequência; nenhuma chamada do programa falha.',
    question: 'Depois de quanto tempo os bytes são enviados de novo?',
    choices: seconds,
    explanation:
      'A espera é calculada a partir do tempo de ida e volta medido. Num caminho curto, vale o mínimo do Linux: 200\u00a0ms além da ida e volta. A RFC 6298 §2 pede um segundo inteiro.',
  },
  lostFin: {
    name: 'Um FIN perdido',
    sentence: 'O FIN do servidor se perde, depois que a resposta chegou.',
    look: 'O cliente tem sua resposta e continua bloqueado em recv(): o fim não chegou. O servidor fica em FIN_WAIT_1 até que chegue.',
    question: 'Quem percebe que o FIN está faltando?',
    choices: waiters,
    explanation:
      'Um FIN ocupa um número de sequência e precisa ser confirmado, como os dados. Quem o enviou o repete; quem o receberia não sente falta do que não conhece.',
  },
  duplicate: {
    name: 'Duplicatas',
    sentence: 'O enlace entrega cada segmento duas vezes.',
    look: 'Os kernels descartam cada cópia. À cópia de dados ou de um FIN respondem com mais um ACK; à de um ACK puro, com nada. Os programas veem cada byte uma só vez.',
    question: 'A resposta chega duas vezes. Quantas vezes recv() a retorna?',
    choices: { once: 'Uma', twice: 'Duas' },
    explanation:
      'Os números de sequência distinguem uma cópia do que é novo: o kernel descarta os bytes que já tem. A uma cópia que chega quando a conexão não existe mais responde um RST, que pode até encerrar o TIME_WAIT do outro lado (RFC 1337).',
  },
  reordered: {
    name: 'Fora de ordem',
    sentence: 'De dois segmentos, o primeiro é retardado, e o segundo o ultrapassa.',
    look: 'O segundo espera no kernel do servidor, cujo ACK diz de novo que ele espera o byte 1; o programa recebe todos os bytes em ordem.',
    question: 'Nada se perdeu. Mesmo assim o kernel do cliente vai enviar algo de novo?',
    choices: { yes: 'Sim', no: 'Não' },
    explanation:
      'Uma confirmação repetida parece sinal de um segmento perdido. O Linux espera uma fração do tempo de ida e volta e depois envia esse segmento de novo (RFC 8985 §6); se o atrasado é confirmado a tempo ou não, varia de uma execução para outra.',
  },
  smallSegments: {
    name: 'Segmentos pequenos',
    sentence: 'Um número de 1024\u00a0bytes passa por um enlace cujo maior segmento tem 88\u00a0bytes.',
    look: 'O SYN oferece “mss 88”; as opções ocupam 12\u00a0bytes de cada segmento, e sobram no máximo 76 para os dados.',
    question: 'Quanto do número a primeira recv() do servidor recebe?',
    choices: { whole: 'Todos os 1024\u00a0bytes', part: 'Só uma parte' },
    explanation:
      'Ela recebe o que chegou até aquele momento: em algumas execuções tudo, em outras uma parte, e então a resposta é para outro número. Um programa que confia em uma só recv() funciona por sorte.',
  },
  slowReader: {
    name: 'Um leitor lento',
    sentence: 'O cliente envia 144 KiB a um servidor que não lê nada por dois segundos.',
    look: 'A janela nos ACKs do servidor encolhe até 0, e se abre de novo quando o programa lê.',
    question: 'O que faz o kernel do cliente enquanto a janela está fechada?',
    choices: {
      asks: 'Pergunta de tempos em tempos',
      waits: 'Apenas espera',
      resets: 'Aborta a conexão com um RST',
    },
    explanation:
      'O segmento que abre a janela poderia se perder, e então os dois esperariam para sempre. Por isso o emissor sonda a janela fechada, com frequência cada vez menor, e cada resposta informa a janela atual.',
  },
  nagle: {
    name: 'Nagle e o ACK retardado',
    sentence:
      'O cliente faz dois envios pequenos seguidos, com o algoritmo de Nagle. O servidor precisa dos dois para responder.',
    look: 'A segunda send() retorna logo, mas seu segmento só sai depois de um ACK, que vem uns 40\u00a0ms mais tarde, ou mais.',
    question: 'Quando sai o segundo segmento pequeno?',
    choices: { once: 'Na hora', ack: 'Depois do ACK do primeiro', reply: 'Depois da resposta do servidor' },
    explanation:
      'O algoritmo de Nagle retém segmentos pequenos enquanto outro não foi confirmado; o kernel do servidor retém seu ACK, para enviá-lo junto com dados. Um espera pelo outro até o temporizador do ACK expirar. A saída é uma só send() para os dois, ou TCP_NODELAY.',
  },
  clientResets: {
    name: 'O cliente aborta',
    sentence: 'Enquanto o servidor pensa, o cliente aborta a conexão.',
    look: 'Um RST, e cada lado está em CLOSED assim que o envia ou recebe: sem FIN, sem TIME_WAIT. A recv() do servidor falha com ECONNRESET.',
    question: 'O que o kernel do servidor envia em resposta ao RST?',
    choices: { ack: 'Um ACK', rst: 'Um RST', nothing: 'Nada' },
    explanation:
      'Um RST nunca é confirmado: a conexão já não existe, e dois hospedeiros que respondessem a um RST com outro nunca parariam.',
  },
  clientFirst: {
    name: 'O cliente fecha primeiro',
    sentence: 'O servidor continua atendendo até que o cliente feche.',
    look: 'O cliente envia o primeiro FIN, e o servidor o segue: os estados trocaram de lado.',
    question: 'Quem estará em TIME_WAIT no fim?',
    choices: waiters,
    explanation: 'Quem fecha primeiro fica em TIME_WAIT, seja cliente ou servidor: aqui é o cliente.',
  },
  halfClose: {
    name: 'Meio fechamento',
    sentence: 'O cliente encerra seu sentido com shutdown(), e o servidor responde um segundo depois.',
    look: 'O cliente está em FIN_WAIT_2, o servidor em CLOSE_WAIT, e o servidor ainda envia dados.',
    question: 'O FIN do cliente chegou. O servidor ainda pode enviar sua resposta?',
    choices: { yes: 'Sim', no: 'Não' },
    explanation:
      'Uma conexão tem dois sentidos, e cada um termina por si. Um FIN diz “não tenho mais nada a enviar”, e não “fui embora”.',
  },
  killed: {
    name: 'O servidor é morto',
    sentence: 'Quando chegam os primeiros bytes, um SIGKILL encerra o programa servidor.',
    look: 'O programa servidor não chama close(), mas seu FIN vem: o kernel arruma o que o programa morto deixou.',
    question: 'O que o cliente recebe?',
    choices: { fin: 'Um FIN', rst: 'Um RST', nothing: 'Nada' },
    explanation:
      'O kernel fecha o que um programa morto deixa aberto, e para o cliente isso parece um fim como outro qualquer. Se houvesse bytes não lidos, teria sido um RST. Só um hospedeiro morto fica calado.',
  },
  tooSlow: {
    name: 'Uma resposta demorada',
    sentence: 'O servidor leu o número e pensa por um segundo antes de responder.',
    look: 'O cliente fica bloqueado em recv(). Depois que seu número é confirmado, nada é enviado até a resposta.',
    question: 'O que passa pelo enlace durante esse segundo?',
    choices: { nothing: 'Nada', probes: 'Sondas de keep-alive', again: 'O número, de novo' },
    explanation:
      'O número foi confirmado, então não há o que repetir. O TCP não tem prazo para uma resposta, e keep-alives precisam ser pedidos. O programa decide quanto esperar.',
  },
  silentClient: {
    name: 'Um cliente calado',
    sentence: 'O cliente se conecta, fica calado por meio segundo e encerra seu lado sem enviar nenhum byte.',
    look: 'Por meio segundo nada é enviado, e o servidor fica bloqueado em recv(). Depois ela retorna 0, o que para ele equivale ao número 0.',
    question: 'Nenhum byte chegou. O que a recv() do servidor retorna no fim?',
    choices: { zero: '0', error: 'Um erro', blocks: 'Nunca retorna' },
    explanation:
      'O FIN encerra o fluxo, mesmo um fluxo vazio: 0\u00a0bytes. Para este servidor, nenhum byte equivale ao número 0: PAR.',
  },
  restart: {
    name: 'Endereço já em uso',
    sentence: 'O servidor fecha primeiro e logo reinicia, na mesma porta.',
    look: 'O kernel do servidor está em TIME_WAIT, e o programa imprime o que bind() retornou, duas vezes: EADDRINUSE.',
    question: 'O que bind() retorna ao servidor que reinicia?',
    choices: { ok: 'Sucesso', inUse: 'EADDRINUSE' },
    explanation:
      'A conexão em TIME_WAIT ainda ocupa o endereço. No Linux nem SO_REUSEADDR ajuda a essa altura, como mostra a linha impressa: o socket anterior também precisava dela. Por isso um servidor deve sempre ligá-la antes de bind(), como o Node faz.',
  },
};

import type { Topics } from '../topics.ts';

export const firstScreen: Topics['firstScreen'] = {
  recording: {
    name: 'Uma gravação',
    means: 'de um aperto de mão no laboratório, com 20\u00a0ms no enlace em cada sentido',
    spoken:
      'Enquanto nada é executado, um aperto de mão gravado é reproduzido aqui: connect() envia um SYN e bloqueia, seguem SYN+ACK e ACK, e então connect() e accept() retornam.',
    pause: 'Pausar a gravação',
    play: 'Reproduzir a gravação',
    parts: {
      program: 'O programa',
      programMeans: 'faz chamadas. Uma barra listrada é uma chamada que espera.',
      wire: 'O enlace',
      wireMeans: 'leva os segmentos. Cada um leva seu tempo.',
      kernel: 'O kernel',
      kernelMeans: 'fala TCP e guarda o estado da conexão.',
    },
  },
  server: {
    now: 'O servidor agora:',
    kernel: 'seu kernel:',
  },
  cards: {
    heading: 'Cenários',
    intro: 'Cada um roda em kernels reais. Escolha um para ver do que se trata.',
    done: '(já visto)',
    countDone: (done, count) => `${done} de ${count} já ${done === 1 ? 'visto' : 'vistos'}`,
  },
};

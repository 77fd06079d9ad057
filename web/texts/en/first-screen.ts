/** What the page shows before the first run: the recording, and the scenarios as cards. */
export const firstScreen = {
  recording: {
    name: 'A recording',
    means: 'of a handshake in the lab, with 20\u00a0ms on the wire each way',
    /** For screen readers, in place of the picture. */
    spoken:
      'While nothing runs, a recorded handshake plays here: connect() sends a SYN and blocks, SYN+ACK and ACK follow, and then connect() and accept() return.',
    pause: 'Pause the recording',
    play: 'Play the recording',
    parts: {
      program: 'The program',
      programMeans: 'makes calls. A striped bar is a call that waits.',
      wire: 'The wire',
      wireMeans: 'carries segments. Each takes its time.',
      kernel: 'The kernel',
      kernelMeans: 'speaks TCP, and keeps the connection’s state.',
    },
  },
  server: {
    now: 'The server now:',
    kernel: 'its kernel:',
  },
  cards: {
    heading: 'Scenarios',
    intro: 'Each runs on real kernels. Choose one to see what it is about.',
    done: '(done)',
    countDone: (done: number, count: number) => `${done} of ${count} done`,
  },
};

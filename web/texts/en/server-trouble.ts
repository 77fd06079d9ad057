/** A server program that has ended, or that runs do not reach. */
export const serverTrouble = {
  startAgain: 'Start it again',
  notStarted: (error: string) => `The server program could not be started (${error}).`,
  exitedWithCode: (code: number) => `The server program ended by itself, with exit code ${code}.`,
  exitedBySignal: (signal: string) => `The signal ${signal} ended the server program.`,
  exitedSomehow: 'The server program ended by itself.',
  notFound: 'The shell did not find the server’s command (exit code 127): look at how --server spells it.',
  portHeld: (target: string) =>
    `Another program listens on ${target}. Runs reach that program: end it, or start Aperto with another --target.`,
  otherPort: (on: string, port: string, option: string) =>
    `The server program listens on ${on}, not on ${port}. Start Aperto with ${option}, or let the program listen on ${port}.`,
  otherAddress: (on: string, target: string, option: string) =>
    `The server program is bound to ${on}. A connection to ${target} does not reach that socket: start Aperto with ${option}.`,
  slow: (port: string) =>
    `The server program runs, but it does not listen on port ${port} yet. Runs no longer wait for it: until it listens, they are refused.`,
  lastLines: 'Its last lines',
  noLines: 'It printed nothing.',
  isStopped: 'The server is stopped. A connection now would be refused.',
};

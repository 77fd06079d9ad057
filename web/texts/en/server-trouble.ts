/** A server program that has ended. */
export const serverTrouble = {
  startAgain: 'Start it again',
  notStarted: (error: string) => `The server program could not be started (${error}).`,
  exitedWithCode: (code: number) => `The server program ended by itself, with exit code ${code}.`,
  exitedBySignal: (signal: string) => `The signal ${signal} ended the server program.`,
  exitedSomehow: 'The server program ended by itself.',
  lastLines: 'Its last lines',
  noLines: 'It printed nothing.',
  isStopped: 'The server is stopped. A connection now would be refused.',
};

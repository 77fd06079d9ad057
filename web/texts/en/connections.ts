import { counted } from '../amounts.ts';

/** The connections that one client program made. */
export const connections = {
  heading: (count: number) => counted(count, 'connection', 'connections'),
  /** What a screen reader says of a line. */
  line: (number: number, peer: string, how: string) => `Connection ${number} to ${peer}: ${how}`,
  noSteps: 'The run had no room left for the steps of this connection.',
  exited: (code: number) => `The client program ended with exit code ${code}.`,
  signalled: (name: string) => `A signal ended the client program: ${name}.`,
  notStarted: (error: string) => `The client program could not be started: ${error}.`,
  notListed: (count: number) => `${counted(count, 'more connection is', 'more connections are')} not listed.`,
};

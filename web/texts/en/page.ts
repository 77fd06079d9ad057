import { counted } from '../amounts.ts';
import { diagram } from './diagram.ts';
import { errors } from './errors.ts';
import { files } from './files.ts';
import { inspector } from './inspector.ts';
import { link } from './link.ts';
import { end, runs } from './runs.ts';
import { sources } from './sources.ts';
import { wire } from './wire.ts';

/** What the page begins with. */
export const page = {
  title: 'Aperto: a TCP connection, as it happens',
  language: 'Language',
  theme: { toDark: 'Switch to dark', toLight: 'Switch to light' },
  layout: {
    bar: 'Run and play',
    glance: 'Both ends at a glance',
    fold: 'Fold the controls away',
    unfold: 'Show the controls',
    column: 'Width of the column: drag, or ← and →',
    present: 'Presenter mode',
    leave: 'Leave presenter mode',
  },
  wire,
  sources,
  link,
  shelf: {
    heading: 'Scenarios',
    needsLab: 'Scenarios need the lab’s wire.',
  },
  ownScript: 'Your own script',
  files,
  connection: {
    notShown: (count: string, most: number) =>
      `${count} connections to the watched port were not shown: Aperto shows at most ${most} at a time.`,
    lost: 'The bridge is gone. This page keeps trying to reach it and then goes on by itself.',
    needsToken: 'This page needs a token: open the whole address that Aperto printed when it started.',
  },
  server: {
    listening: 'server listening',
    starting: 'server starting',
    elsewhere: 'server listening elsewhere:',
    inBackground: 'went to the background',
    boundTo: (addresses: string) => `bound to ${addresses}`,
    exited: 'server exited',
    stopped: 'server stopped',
    external: 'server not run by Aperto',
    start: 'Start server',
    stop: 'Stop server',
    notFromHere: 'Only the person who started Aperto can start or stop the server.',
    blockedIn: (call: string) => `blocked in ${call}`,
  },
  controls: {
    random: 'Send random number',
    client: 'Run the client program',
    own: 'or your own number',
    send: 'Send',
    cancel: 'Give up this run',
    problems: {
      empty: 'Type a whole number, or send a random one.',
      'not-a-number': 'Only digits, please: a whole number, 0 or more.',
      'too-large': 'Too large: the server reads at most 1024\u00a0bytes.',
    },
    digits: (count: number) =>
      count === 0 ? '1\u00a0digit, but the server counts none in zero' : counted(count, 'digit', 'digits'),
    even: 'even',
    odd: 'odd',
    prime: 'prime',
    notPrime: 'not prime',
    primeUnknown: 'primality not computed beyond 64\u00a0bits',
    asBytes: 'On the wire, big-endian:',
  },
  runs,
  end,
  diagram,
  player: {
    label: 'Playing',
    play: 'Play',
    pause: 'Pause',
    first: 'First step',
    back: 'One step back',
    forward: 'One step forward',
    last: 'Last step',
    speed: 'Speed',
    position: 'Step',
    step: (step: number, count: number) => `step ${step} of ${count}`,
    live: 'live',
    behind: (time: string) => `${time} behind`,
    catchUp: 'catch up',
    showAll: 'show all',
    showAllNote: 'Show everything of a run at once, also what the cursor has not come to',
    atEnd: 'The run is over: everything that was reported of it is known now.',
    atEndOfFull: 'The run is over, but more happened than a trace holds. What came after this is not shown.',
    slower: (factor: string) => `about ${factor}\u00a0× slower than life`,
    faster: (factor: string) => `about ${factor}\u00a0× faster than life`,
    asLife: 'about as fast as life',
    before: 'before the run',
    speedOf: (speed: string) => `${speed}\u00a0×`,
  },
  bytes: (count: number) => counted(count, 'byte', 'bytes'),
  /** Of one step. */
  evidence: { captured: 'captured', observed: 'observed', inferred: 'inferred' },
  inspector,
  /** The accessible name of a link to a section of a standard. */
  opensStandard: (name: string) => `${name} (opens in a new tab)`,
  outcomeSpoken: (order: number, text: string) => `Run ${order}: ${text}`,
  dismiss: 'Dismiss',
  errors,
};

/** Each is loaded when the page first shows it. */
export const later = {
  firstScreen: () => import('./first-screen.ts'),
  steps: () => import('./steps.ts'),
  summary: () => import('./summary.ts'),
  compare: () => import('./compare.ts'),
  held: () => import('./held.ts'),
  connections: () => import('./connections.ts'),
  captures: () => import('./captures.ts'),
  script: () => import('./script.ts'),
  scenarios: () => import('./scenarios.ts'),
  serverTrouble: () => import('./server-trouble.ts'),
};

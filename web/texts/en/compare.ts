import { counted } from '../amounts.ts';

/** Two runs side by side. */
export const compare = {
  heading: 'Two runs, side by side',
  close: 'Close',
  first: 'first run',
  second: 'second run',
  same: (count: number) => `${counted(count, 'step', 'steps')} in both`,
  moved: (count: number) => `${count} in another place`,
  only: (count: number, order: number) => `${count} only in #${order}`,
  next: 'Next difference',
  steps: 'The steps of both runs; what is the same stands side by side',
  missing: 'not here',
  unseen: 'not seen here, perhaps too short to be noticed',
  elsewhere: (moment: string) => `here at another place: ${moment}`,
  lost: 'lost',
  again: 'again',
  copy: 'the wire’s copy',
};

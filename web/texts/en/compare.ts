/** Two runs side by side. */
export const compare = {
  heading: 'Two runs, side by side',
  close: 'Close',
  first: 'first run',
  second: 'second run',
  same: (count: number) => `${count}\u00a0${count === 1 ? 'step' : 'steps'} in both`,
  moved: (count: number) => `${count} in another place`,
  only: (count: number, order: number) => `${count} only in #${order}`,
  next: 'Next difference',
  steps: 'The steps of both runs; steps that are the same are side by side',
  missing: 'not here',
  unseen: 'not seen here, perhaps too short to be noticed',
  elsewhere: (moment: string) => `here in another place: ${moment}`,
  lost: 'lost',
  again: 'again',
  copy: 'the wire’s copy',
};

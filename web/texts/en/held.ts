/** Segments that are held in mid-wire. */
export const held = {
  heading: 'Held in mid-wire',
  nothing: 'Nothing now: the kernels and programs are at work.',
  segments: (count: number) => `${count}\u00a0${count === 1 ? 'segment' : 'segments'}`,
  way: (from: 'client' | 'server'): string => (from === 'client' ? 'client → server' : 'server → client'),
  repeats: (count: number) =>
    count === 1 ? 'its kernel has sent it once more' : `its kernel has sent it ${count}\u00a0more times`,
  choose: (count: number): string =>
    count === 1
      ? 'Decide in the picture what happens to it; the → key delivers it.'
      : 'Decide in the picture what happens to each; the → key delivers the oldest.',
  behind: (name: string) => `waits behind ${name}`,
  deliver: 'Deliver',
  drop: 'Drop',
  duplicate: 'Duplicate',
  deliverAll: 'Deliver all',
};

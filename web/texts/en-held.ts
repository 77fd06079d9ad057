import { counted } from './counted.ts';

/** Segments that are held in mid-wire, in English. Portuguese has the same shape (`pt-held.ts`). */
export const enHeld = {
  heading: 'Held in mid-wire',
  nothing: 'Nothing now: the kernels and programs are at work.',
  way: (from: 'client' | 'server'): string => (from === 'client' ? 'client → server' : 'server → client'),
  bytes: (count: number) => counted(count, 'byte', 'bytes'),
  repeats: (count: number) =>
    count === 1 ? 'its kernel has sent it once more' : `its kernel has sent it ${count}\u00a0more times`,
  deliver: 'Deliver',
  drop: 'Drop',
  duplicate: 'Duplicate',
  deliverAll: 'Deliver all',
};

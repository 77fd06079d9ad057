import { BridgeError } from '../errors.ts';
import type { Config } from '../config.ts';

/** The wire in use, and a stable code that says why it is not a better one. */
export interface ChosenWire {
  name: 'direct' | 'lab';
  why?: string;
}

/**
 * @throws BridgeError `WIRE_UNAVAILABLE` where the wire that was asked for cannot be had
 */
export function chooseWire(wanted: Config['wire']): ChosenWire {
  if (wanted === 'lab')
    throw new BridgeError('WIRE_UNAVAILABLE', 'This version has no lab wire yet: use --wire direct.');
  return wanted === 'direct' ? { name: 'direct' } : { name: 'direct', why: 'LAB_NOT_BUILT' };
}

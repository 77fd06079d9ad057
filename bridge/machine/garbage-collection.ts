import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 create every object in the young generation. On a busy bridge many runs are on at each collection, so V8 learns
 * that the objects of a run live long, and creates them in the old generation: there a run that is over keeps its trace
 * alive until the next full collection. Import this file before anything else.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 create every object in the young generation. On a busy bridge, many runs are in progress at each collection. V8
 * learns from that to create a run's objects in the old generation, where a finished run keeps its trace alive until the
 * next full collection. Import this file before anything else.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 make every object among the young ones. Whenever it looks at those of a busy bridge, many runs are on, so that it
 * takes what a run is made of for what stays, and makes it among the old: there a run that is over keeps all its trace alive
 * until the next full collection. To be imported before anything else.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 make every object where the short-lived ones are made. It takes what a busy bridge makes for what stays, as 64 runs
 * are on whenever it looks, and puts it among what is old: there each run that is over keeps its whole trace until the next
 * full collection. To be imported before anything else is.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

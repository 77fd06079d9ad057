import { browserEnvironment } from './browser.mjs';
import { prepare } from './prepare.mjs';
import { runSource } from './source.mjs';

prepare();
runSource('bench/bench.ts', [], { ...process.env, ...(await browserEnvironment()) });

import { prepare } from './prepare.mjs';
import { runSource } from './source.mjs';

prepare();
runSource('fuzz/fuzz.ts', ['--expose-gc']);

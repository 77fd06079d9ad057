import { prepare } from './prepare.mjs';
import { runSource } from './source.mjs';

prepare();
runSource('soak/soak.ts');

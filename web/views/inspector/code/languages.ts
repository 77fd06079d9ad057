import type { CodeLanguage } from './call-code.ts';
import { C } from './c.ts';
import { NODE } from './node.ts';
import { PYTHON } from './python.ts';

/** In the order of the buttons: the first is shown until another one is chosen. */
export const CODE_LANGUAGES: readonly [CodeLanguage, ...CodeLanguage[]] = [PYTHON, C, NODE];

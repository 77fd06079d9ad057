import eslint from '@eslint/js';
import { posix } from 'node:path';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import typescript from 'typescript-eslint';

const { dirname, relative } = posix;

/** What every room of the bridge above the model may use. */
const BASE = ['node:', 'bridge/machine', 'bridge/errors.ts', 'bridge/address.ts', 'bridge/trace/printable.ts'];
const MODEL = ['bridge/trace', 'bridge/trace/tcp', 'bridge/protocol'];
const DECODING = [
  ...['bridge/packet', 'bridge/packet/capture-file', 'bridge/packet/flow'],
  ...['bridge/packet/layers', 'bridge/packet/connections'],
];
const PAGE = ['bridge/trace', 'bridge/trace/tcp', 'bridge/packet', 'bridge/protocol', 'web/reading', 'web/texts'];
const WORDS = ['web/words', 'web/words/steps', 'web/words/runs'];
const VIEW = [...PAGE, 'svelte', 'web/own-script', 'web/scenarios', 'web/settings', 'web/parts', ...WORDS];

/**
 * Who may import whom, the one list. A room is a folder without its sub-folders, or one file at the root of `bridge/`;
 * a `*` stands for any folder. Each room may import its own files, and what is listed here: rooms, and packages.
 */
export const ROOMS = {
  server: ['node:'],
  // Servers for scenarios: one makes calls that Node does not offer.
  'server/scenarios': ['node:', 'koffi', 'server'],

  'bridge/trace': [],
  'bridge/trace/printable.ts': [],
  'bridge/trace/tcp': ['bridge/trace'],
  'bridge/trace/inference': ['bridge/trace', 'bridge/trace/tcp'],
  'bridge/packet': ['bridge/trace'],
  'bridge/packet/capture-file': ['bridge/trace', 'bridge/packet'],
  'bridge/packet/layers': ['bridge/packet', 'bridge/packet/capture-file'],
  'bridge/packet/connections': ['bridge/trace', 'bridge/packet', 'bridge/packet/capture-file', 'bridge/packet/layers'],
  'bridge/packet/flow': ['bridge/trace', 'bridge/trace/tcp', 'bridge/packet'],
  'bridge/packet/connection-trace': [
    ...['bridge/trace', 'bridge/trace/tcp', 'bridge/trace/inference'],
    ...['bridge/packet', 'bridge/packet/capture-file', 'bridge/packet/connections', 'bridge/packet/flow'],
  ],
  'bridge/protocol': ['typebox', 'bridge/trace'],
  'bridge/probe': ['node:'],
  'bridge/tracer': ['node:', 'koffi'],
  'bridge/machine': ['node:', 'bridge/machine/terminal'],
  'bridge/machine/terminal': ['node:', 'koffi'],
  'bridge/errors.ts': [],
  'bridge/address.ts': ['node:', 'bridge/errors.ts'],
  'bridge/sources': [...BASE, ...MODEL],
  'bridge/sources/sockets': [...BASE, ...MODEL, 'bridge/sources'],
  'bridge/sources/calls': [...BASE, ...MODEL, 'bridge/sources', 'bridge/probe'],
  'bridge/sources/probe': [
    ...[...BASE, ...MODEL, 'typebox', 'typebox/compile'],
    ...['bridge/sources', 'bridge/sources/calls', 'bridge/probe'],
  ],
  'bridge/sources/tracer': [...BASE, ...MODEL, 'bridge/sources', 'bridge/sources/calls', 'bridge/tracer'],
  'bridge/sources/syscalls': [...BASE, ...MODEL, 'bridge/sources', 'bridge/sources/sockets'],
  'bridge/sources/capture': [...BASE, ...MODEL, ...DECODING, 'bridge/sources'],
  'bridge/wires': [
    ...[...BASE, ...MODEL, 'bridge/config.ts'],
    ...['bridge/sources', 'bridge/sources/capture', 'bridge/wires/lab'],
  ],
  'bridge/wires/lab': [
    ...BASE,
    ...MODEL,
    'bridge/sources',
    'bridge/wires',
    'bridge/wires/lab/link',
    'bridge/wires/lab/host',
  ],
  'bridge/wires/lab/link': [
    ...[...BASE, ...MODEL, ...DECODING, 'bridge/sources'],
    ...['bridge/wires/lab', 'bridge/wires/lab/link/faults'],
  ],
  'bridge/wires/lab/link/faults': ['bridge/trace'],
  'bridge/wires/lab/host': [
    ...BASE,
    ...MODEL,
    'koffi',
    'bridge/packet',
    'bridge/sources',
    'bridge/wires',
    'bridge/wires/lab',
  ],
  'bridge/programs': [
    ...[...BASE, ...MODEL, 'bridge/probe', 'bridge/tracer'],
    ...[
      'bridge/sources',
      'bridge/sources/probe',
      'bridge/sources/sockets',
      'bridge/sources/tracer',
      'bridge/sources/syscalls',
    ],
  ],
  'bridge/access': [...BASE, ...MODEL, 'fastify'],
  'bridge/config.ts': [...BASE, ...MODEL, 'bridge/access'],
  'bridge/runs': [
    ...[...BASE, ...MODEL, 'bridge/trace/inference', 'bridge/programs', 'bridge/wires'],
    ...['bridge/sources', 'bridge/sources/calls', 'bridge/sources/tracer'],
  ],
  'bridge/watching': [
    ...[...BASE, ...MODEL, ...DECODING, 'bridge/trace/inference', 'bridge/runs', 'bridge/wires'],
    ...['bridge/sources', 'bridge/sources/capture', 'bridge/sources/sockets', 'bridge/sources/syscalls'],
  ],
  'bridge/session.ts': [...BASE, ...MODEL, 'bridge/trace/inference', 'bridge/runs', 'bridge/sources', 'bridge/wires'],
  'bridge/bridge.ts': [
    ...[...BASE, ...MODEL, 'fastify', 'bridge/config.ts', 'bridge/session.ts'],
    ...['bridge/programs', 'bridge/runs', 'bridge/sources', 'bridge/watching', 'bridge/wires'],
  ],
  'bridge/pages': [
    ...[...BASE, ...MODEL, '@fastify/websocket', 'typebox/compile'],
    ...['bridge/access', 'bridge/runs', 'bridge/session.ts', 'bridge/bridge.ts'],
  ],
  'bridge/http': [
    ...[...BASE, 'fastify', '@fastify/helmet', 'bridge/access', 'bridge/config.ts', 'bridge/bridge.ts'],
    ...['bridge/wires', 'bridge/http/routes'],
  ],
  'bridge/http/routes': [
    ...[...BASE, 'fastify', '@fastify/static', '@fastify/websocket'],
    ...['bridge/access', 'bridge/bridge.ts', 'bridge/pages', 'bridge/http'],
  ],
  'bridge/run-once.ts': [
    ...[...BASE, ...MODEL, 'bridge/access', 'bridge/config.ts', 'bridge/runs', 'bridge/bridge.ts'],
    'bridge/wires',
  ],
  'bridge/captures': [...BASE, ...MODEL, ...DECODING, 'bridge/packet/connection-trace'],
  'bridge/client.ts': [
    ...[...BASE, ...MODEL, ...DECODING, 'bridge/captures', 'bridge/runs', 'bridge/run-once.ts'],
    ...['bridge/sources/capture', 'bridge/wires/lab'],
  ],
  'bridge/enter': [
    ...[...BASE, ...MODEL, 'bridge/tracer', 'bridge/sources/tracer'],
    ...['bridge/programs', 'bridge/bridge.ts'],
  ],
  'bridge/main.ts': [
    ...[...BASE, 'close-with-grace', 'fastify', 'bridge/access', 'bridge/config.ts'],
    ...['bridge/bridge.ts', 'bridge/enter', 'bridge/http'],
  ],

  'web/reading': ['bridge/trace', 'bridge/trace/tcp', 'bridge/packet', 'bridge/protocol'],
  'web/own-script': ['bridge/trace', 'web/reading'],
  'web/scenarios': ['bridge/trace', 'bridge/trace/tcp', 'web/reading', 'web/own-script', 'web/scenarios/themes'],
  'web/scenarios/themes': ['bridge/trace', 'web/scenarios'],
  'web/texts': ['svelte', 'bridge/trace', 'bridge/protocol', 'web/scenarios', 'web/own-script', 'web/texts/*'],
  'web/texts/*': [
    'bridge/packet/capture-file',
    'bridge/packet/layers',
    'bridge/packet/connections',
    'bridge/trace',
    'bridge/protocol',
    'web/own-script',
    'web/texts',
  ],
  'web/recording': ['bridge/trace'],
  'web/settings': [...PAGE, 'web/own-script', 'web/scenarios'],
  'web/captures': [
    ...['bridge/trace', 'bridge/packet', 'bridge/packet/capture-file'],
    ...['bridge/packet/connections', 'bridge/packet/connection-trace'],
  ],
  'web/playback': ['bridge/trace', 'web/reading'],
  'web/connection': ['bridge/trace', 'bridge/protocol', 'web/reading', 'web/settings'],
  'web/runs': [...PAGE, 'web/connection', 'web/playback', 'web/settings', 'web/runs/versions'],
  'web/runs/versions': ['bridge/trace', 'web/reading'],
  'web/words': [...PAGE, 'web/settings'],
  'web/words/steps': [...PAGE, 'web/words'],
  'web/words/runs': [...PAGE, 'web/playback', 'web/runs', 'web/settings', 'web/words'],
  'web/parts': ['svelte', 'bridge/protocol', 'web/reading', 'web/texts'],
  'web/views/*': VIEW,
  'web/views/diagram': [...VIEW, 'svelte/motion', 'web/views/diagram/geometry', 'web/views/diagram/drawing'],
  'web/views/diagram/geometry': [...PAGE, 'web/views/diagram'],
  'web/views/diagram/drawing': [...PAGE, 'web/views/diagram', 'web/views/diagram/geometry'],
  'web/views/inspector': [...VIEW, 'web/views/inspector/code'],
  'web/views/inspector/code': [...PAGE, 'svelte'],
  'web/views/script': [...VIEW, 'svelte/events'],
  'web/views/captures': [...VIEW, 'web/captures', 'bridge/packet/connections'],
  'web/saving': [...PAGE, 'svelte', 'bridge/packet/capture-file', 'web/views/diagram', 'web/views/diagram/geometry'],
  'web/panels': [
    ...[
      ...VIEW,
      'svelte/motion',
      'web/captures',
      'web/connection',
      'web/playback',
      'web/recording',
      'web/runs',
      'web/saving',
    ],
    ...['web/views/*', 'web/views/diagram/geometry'],
  ],
  web: [
    ...[...VIEW, 'web/captures', 'web/connection', 'web/playback', 'web/runs', 'web/panels'],
    ...['web/views/*', 'web/views/diagram/geometry'],
  ],
};

/** One entry for each room: entries for the same file replace each other, so the narrower room comes last. */
function importRules() {
  const byWidth = Object.keys(ROOMS).sort((a, b) => Number(b.includes('*')) - Number(a.includes('*')));
  return byWidth.map((room) => {
    const isFile = room.endsWith('.ts');
    const folder = isFile ? dirname(room) : room;
    const allowed = [...(isFile ? [] : [room]), ...ROOMS[room]].map((name) => specifier(folder, name));
    const message = `${room} may import only: ${ROOMS[room].join(', ') || 'its own files'}`;
    return {
      name: `imports of ${room}`,
      files: isFile ? [room] : [`${room}/*.{ts,svelte}`],
      rules: {
        'no-restricted-imports': ['error', { patterns: [{ regex: `^(?!(?:${allowed.join('|')})$)`, message }] }],
      },
    };
  });
}

/** What an import from a file in `folder` looks like, as a regular expression: of a package, a room, or a file. */
function specifier(folder, name) {
  if (name === 'node:') return 'node:.+';
  const isOurs = /^(server|bridge|web)(\/|$)/.test(name);
  if (!isOurs) return literal(name);
  const path = relative(folder, name) || '.';
  const written = literal(path.startsWith('.') ? path : `./${path}`).replaceAll('\\*', '[^/]+');
  return name.endsWith('.ts') ? written : `${written}/[^/]+`;
}

function literal(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export default defineConfig(
  { ignores: ['dist/', 'test/fixtures/', 'test-results/', 'playwright-report/', '.next-*/', '.last-*/'] },
  eslint.configs.recommended,
  typescript.configs.recommended,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      'max-lines': ['error', { max: 260, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', { max: 14, variant: 'modified' }],
      'max-depth': ['error', 3],
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: typescript.parser } } },
  { files: ['test/**'], rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', 400] } },
  ...importRules(),
);

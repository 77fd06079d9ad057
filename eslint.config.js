import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import typescript from 'typescript-eslint';

/** Who may import whom: for each room, the paths that its files may not import. A room stands before those within it. */
const ROOMS = {
  server: { files: ['server/**'], only: ['^node:', '^\\./'] },
  // Servers for scenarios: one makes calls that Node does not offer.
  'server/scenarios': { files: ['server/scenarios/**'], only: ['^node:', '^\\./', '^\\.\\./[a-z-]+\\.ts$', '^koffi$'] },
  bridge: { files: ['bridge/**'], never: ['/web/', '/server/', '/test/', '^svelte'] },
  'bridge/trace': { files: ['bridge/trace/**'], only: ['^\\./'] },
  'bridge/packet': { files: ['bridge/packet/**'], only: ['^\\./', '^\\.\\./trace/'] },
  'bridge/probe': { files: ['bridge/probe/**'], only: ['^node:', '^\\./'] },
  'bridge/protocol': { files: ['bridge/protocol.ts'], only: ['^typebox$', '^\\./trace/'] },
  'bridge/session': { files: ['bridge/session.ts', 'bridge/sources/**'], never: ['^fastify', '^@fastify/', '^ws$'] },
  web: {
    files: ['web/**'],
    never: ['^node:', '/server/', '/bridge/(?!trace/|packet/|protocol\\.ts$)', '/test/'],
  },
  'web/views': { files: ['web/views/*/*'], never: ['/views/', '^\\.\\./(?!\\.\\.)'] },
};

/** Entries for the same file replace each other, so every room's patterns are gathered for each of its files first. */
function importRules() {
  return Object.entries(ROOMS).map(([room, { files, only, never = [] }]) => ({
    name: `imports of ${room}`,
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: patternsFor(room, only, never) }] },
  }));
}

function patternsFor(room, only, never) {
  const outer = Object.entries(ROOMS).filter(([name]) => room !== name && room.startsWith(`${name}/`));
  const forbidden = [...never, ...outer.flatMap(([, { never: more = [] }]) => more)];
  return [
    ...(only
      ? [
          {
            regex: `^(?!${only.map((allowed) => `(?:${allowed.replace(/^\^/, '')})`).join('|')})`,
            message: `${room} may import only ${only.join(' ')}`,
          },
        ]
      : []),
    ...forbidden.map((regex) => ({ regex, message: `${room} may not import this (STYLE: who may import whom)` })),
  ];
}

export default defineConfig(
  { ignores: ['dist/', 'test/fixtures/', 'test-results/', 'playwright-report/'] },
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

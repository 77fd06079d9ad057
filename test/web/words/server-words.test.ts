import { describe, expect, it } from 'vitest';
import type { ServerStatus } from '../../../bridge/protocol/messages.ts';
import { Language } from '../../../web/texts/language.svelte.ts';
import { hasTrouble, troubleSentences } from '../../../web/words/server-words.ts';

const tables = {
  en: await (await Language.load('en')).topic('serverTrouble'),
  pt: await (await Language.load('pt')).topic('serverTrouble'),
};
const TARGET = '10.77.0.2:65432';

const told = (status: Partial<ServerStatus>, name: keyof typeof tables = 'en') =>
  troubleSentences({ state: 'starting', output: [], ...status }, TARGET, tables[name]).join(' ');

describe('what is wrong with the server program', () => {
  it('is the port, with the option that helps', () => {
    expect(told({ trouble: 'OTHER_PORT', listensOn: ['127.0.0.1:7777'] })).toBe(
      'The server program listens on 127.0.0.1:7777, not on 65432. ' +
        'Start Aperto with --target 127.0.0.1:7777, or let the program listen on 65432.',
    );
    expect(told({ trouble: 'OTHER_PORT', listensOn: ['0.0.0.0:7777'] }, 'pt')).toContain('--target 127.0.0.1:7777');
  });

  it('is the address, with the option that helps', () => {
    const listensOn = ['0.0.0.0:9', '[::1]:65432'];
    expect(told({ trouble: 'OTHER_ADDRESS', listensOn })).toBe(
      'The server program is bound to [::1]:65432. A connection to 10.77.0.2:65432 does not reach that socket: ' +
        'start Aperto with --target [::1]:65432.',
    );
  });

  it.each([
    [{ trouble: 'SLOW' }, /does not listen on port 65432 yet/, /ainda não escuta na porta 65432/],
    [{ state: 'exited', exitCode: 127 }, /did not find the server’s command/, /não encontrou o comando/],
    [
      { state: 'exited', exitCode: 1, trouble: 'PORT_HELD' },
      /exit code 1\. .*Another program listens on 10\.77\.0\.2:65432/,
      /código de saída 1\. .*Outro programa escuta em/,
    ],
    [{ state: 'exited', exitCode: 3 }, /exit code 3\. It printed nothing\.$/, /código de saída 3\./],
    [{ state: 'stopped' }, /stopped/, /parado/],
  ] satisfies [Partial<ServerStatus>, RegExp, RegExp][])('is told in each language: %j', (status, en, pt) => {
    expect(told(status)).toMatch(en);
    expect(told(status, 'pt')).toMatch(pt);
  });

  it('is nothing while it starts or listens', () => {
    for (const state of ['starting', 'listening', 'external'] as const)
      expect(hasTrouble({ state, output: [] })).toBe(false);
    expect(hasTrouble({ state: 'starting', trouble: 'SLOW', output: [] })).toBe(true);
  });
});

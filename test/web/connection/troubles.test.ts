import { describe, expect, it } from 'vitest';
import { Troubles } from '../../../web/connection/troubles.svelte.ts';

describe('troubles', () => {
  it('are shown once each, however often they are reported', () => {
    const troubles = new Troubles();
    troubles.report('not-connected');
    troubles.report('ADDRESS', 'delay=-1');
    troubles.report('not-connected');
    expect(troubles.list.map(({ code, message }) => [code, message])).toEqual([
      ['ADDRESS', 'delay=-1'],
      ['not-connected', ''],
    ]);
  });

  it('are three at most: the oldest go first', () => {
    const troubles = new Troubles();
    for (const code of ['a', 'b', 'c', 'd']) troubles.report(code);
    expect(troubles.list.map(({ code }) => code)).toEqual(['b', 'c', 'd']);
  });

  it('go when they are dismissed', () => {
    const troubles = new Troubles();
    for (const code of ['a', 'b']) troubles.report(code);
    troubles.dismiss(troubles.list[0]!.order);
    expect(troubles.list.map(({ code }) => code)).toEqual(['b']);
  });
});

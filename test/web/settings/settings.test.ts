import { describe, expect, it } from 'vitest';
import { addressFaults } from '../../../web/settings/address-faults.ts';
import { Settings } from '../../../web/settings/settings.svelte.ts';

function opened(address: string) {
  const shown: string[] = [];
  return { settings: new Settings(new URLSearchParams(address), (each) => shown.push(each)), shown };
}

describe('what is set on the page', () => {
  const address = 'n=7&delay=20&hold=syn&scenario=plain&server=dies&do=text+hello%5Cn&do=hex+007&do=recv&do=close';

  it('is what its address says, as it was typed, and comes back to it', () => {
    const { settings, shown } = opened(address);
    expect(settings.link).toEqual({ delayMs: 20, hold: [{ kind: 'SYN', every: true }] });
    expect(settings.script).toEqual({ words: ['text hello\\n', 'hex 007', 'recv', 'close'], server: 'dies' });
    expect([settings.number, settings.scenario]).toEqual(['7', 'plain']);
    settings.remember();
    expect(shown).toEqual([address]);
  });

  it('is not in the address if nothing is set', () => {
    const { settings, shown } = opened(address);
    settings.number = '';
    settings.link = {};
    settings.scenario = undefined;
    settings.script = { words: [] };
    expect(shown.at(-1)).toBe('');
  });

  it('has no delay in its address until the viewer takes it away', () => {
    const { settings, shown } = opened('');
    settings.link = { delayMs: 0 };
    expect(shown.at(-1)).toBe('delay=0');
    expect(opened('delay=0').settings.link).toEqual({ delayMs: 0 });
    settings.link = {};
    expect(shown.at(-1)).toBe('');
  });

  it('leaves a script that is too long out of the address, and says so', () => {
    const { settings, shown } = opened('delay=20');
    settings.script = { words: [`hex ${'00'.repeat(8000)}`] };
    expect([settings.isScriptInAddress, shown.at(-1)]).toEqual([false, 'delay=20']);
    settings.script = { words: ['recv'] };
    expect([settings.isScriptInAddress, shown.at(-1)]).toEqual([true, 'delay=20&do=recv']);
  });

  it('has no fault if the page itself has written it', () =>
    expect(addressFaults(new URLSearchParams(address))).toEqual([]));

  it.each([
    ['delay=-1&mtu=5', ['delay=-1', 'mtu=5']],
    ['drop=syn.constructor', ['drop=syn.constructor']],
    ['scenario=toString&server=sh', ['scenario=toString', 'server=sh']],
    ['hold=syn&overtake=1&overtake=yes', ['overtake=yes']],
    ['do=recv&do=explode&do=', ['do=explode', 'do=']],
    [`do=${'x'.repeat(99)}`, [`do=${'x'.repeat(36)}…`]],
    ['do=a&do=b&do=c&do=d&do=e&do=f', ['do=a', 'do=b', 'do=c', 'do=d', 'do=e']],
    ['do=hex+0&n=x&unknown=1&constructor=2', []],
  ])('%s has the faults %j', (text, faults) => expect(addressFaults(new URLSearchParams(text))).toEqual(faults));
});

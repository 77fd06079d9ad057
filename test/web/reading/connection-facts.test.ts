import { describe, expect, it } from 'vitest';
import type { Step } from '../../../bridge/trace/step.ts';
import { factsOfConnection } from '../../../web/reading/connection-facts.ts';
import { disagreeingTrace, labTrace, seen, troubledTrace } from '../fixtures/lab-traces.ts';
import { call, refusedTrace, resetTrace, state } from '../fixtures/traces.ts';

describe('what a trace adds up to', () => {
  it('counts each byte once, however often it crossed', () => {
    const data = { seq: 1, ack: 1, length: 2, payload: '0079' };
    const again = [
      seen('client', ['PSH', 'ACK'], 90_000, 90_500, { ...data, retransmissionOf: 'client.data.1' }),
      seen('client', ['PSH', 'ACK'], 91_000, 91_500, { ...data, duplicateOf: 'client.data.1' }),
    ];
    expect(factsOfConnection([...labTrace(), ...again])).toMatchObject({
      up: 2,
      down: 6,
      again: 1,
      copied: 1,
      lost: 0,
    });
    expect(factsOfConnection(troubledTrace())).toMatchObject({ again: 1, copied: 1, lost: 2 });
  });

  it('tells a RST that ends a connection from one that answers a segment come too late', () => {
    expect(factsOfConnection(resetTrace()).hasReset).toBe(true);
    expect(factsOfConnection(refusedTrace()).hasReset).toBe(true);
    const late = seen('client', ['RST'], 90_000, 90_500, { seq: 4 });
    expect(factsOfConnection([...labTrace(), late]).hasReset).toBe(false);
  });

  it('is not reset if a kernel gave it up: no RST was sent', () => {
    const data = seen('client', ['PSH', 'ACK'], 90_000, undefined, { seq: 1, ack: 1, length: 2, fate: 'dropped' });
    const gone = { ...state('client', 'ESTABLISHED', 'CLOSED', 900_000), cause: data.id };
    expect(factsOfConnection([data, gone]).hasReset).toBe(false);
  });

  it('names the address that this run connected to, by its call or by a packet', () => {
    expect(factsOfConnection(labTrace()).serverAddress).toBe('10.77.0.2:65432');
    const packetsOnly = labTrace().filter(({ kind }) => kind === 'segment');
    expect(factsOfConnection(packetsOnly).serverAddress).toBe('10.77.0.2:65432');
    const own = call('client', 'connect', 0, undefined, { args: ['10.77.0.2:14951'] });
    expect(factsOfConnection([own]).serverAddress).toBe('10.77.0.2:14951');
    expect(factsOfConnection([]).serverAddress).toBeUndefined();
  });

  it('knows the client by its packets if no call shows its address', () => {
    const untold = labTrace().filter(({ kind }) => kind === 'segment');
    expect(factsOfConnection(untold).clientAddress).toBe('10.77.0.1:32768');
    const without = (header: string) => untold.map((step) => ({ ...step, header }) as Step);
    for (const header of ['', '45', '60'.repeat(60), '4500'])
      expect([header, factsOfConnection(without(header)).clientAddress]).toEqual([header, undefined]);
    const ipv6 = `60000000001406 40 fd77${'0'.repeat(27)}1 fd77${'0'.repeat(27)}2 8000 ff98 ${'0'.repeat(32)}`;
    expect(factsOfConnection(without(ipv6.replaceAll(' ', ''))).clientAddress).toBe('[fd77::1]:32768');
    const told = call('server', 'accept', 1, 2, { peer: '[::1]:40000' });
    expect(factsOfConnection([...without('60'), told]).clientAddress).toBe('[::1]:40000');
  });

  it('counts the states of a kernel that contradict the standard', () => {
    expect(factsOfConnection(disagreeingTrace()).disagreements).toBe(1);
    expect(factsOfConnection(labTrace())).toMatchObject({ disagreements: 0 });
  });
});

import { expect, test } from 'vitest';
import { call, captured, opening, plainClient, plainServer, sighting } from '../../../helpers/simulated/reports.ts';
import { path, toldCaptured as told } from '../../../helpers/simulated/told-captured.ts';
import { states } from '../../../helpers/trace-checks.ts';

const ETIMEDOUT = { result: 'ETIMEDOUT' };
const syn = captured('client', 'SYN', { seq: 0, sentAt: 60 });
const again = captured('client', 'SYN', { seq: 0, sentAt: 1060, retransmissionOf: syn.id });
const closed = call('client', 'close', 3200, 3210);

test('no SYN was answered: the kernel gave up before connect() failed, at the last time-out, and not at close()', () => {
  const steps = told([call('client', 'connect', 25, 3100, ETIMEDOUT), closed, syn, again]);
  expect(path(steps, 'client')).toBe('SYN_SENT CLOSED');
  expect(states(steps, 'client').at(-1)).toMatchObject({ at: 3100, cause: again.id });
});

test('the kernel was seen without the connection before the program was told', () => {
  const steps = told([
    call('client', 'connect', 25, 3100, ETIMEDOUT),
    closed,
    syn,
    again,
    sighting('client', 'CLOSED', 3060),
  ]);
  expect(states(steps, 'client').at(-1)).toMatchObject({ at: 3060, cause: again.id, evidence: 'observed' });
});

test('what was sent on a connection was never acknowledged: the last repetition’s time-out ended it', () => {
  const data = captured('client', 'PSH ACK', { seq: 1, ack: 1, sentAt: 310, length: 2, payload: '0079' });
  const repeated = { ...data, id: 'repeated', at: 700, sentAt: 700, retransmissionOf: data.id };
  const failed = call('client', 'recv', 330, 1500, { id: 'client.recv.0', ...ETIMEDOUT });
  const calls = plainClient.filter(({ at }) => at <= 300);
  const steps = told([
    ...calls,
    failed,
    ...plainServer.slice(0, 3),
    ...opening,
    data,
    repeated,
    call('client', 'close', 1600, 1610),
  ]);
  expect(states(steps, 'client').at(-1)).toMatchObject({
    from: 'ESTABLISHED',
    to: 'CLOSED',
    at: 1500,
    cause: 'repeated',
  });
});

test('there is no way to the host: connect() says so, and nothing is left to close', () => {
  const steps = told([call('client', 'connect', 25, 3100, { result: 'EHOSTUNREACH' }), closed, syn]);
  expect(states(steps, 'client').at(-1)).toMatchObject({ to: 'CLOSED', at: 3100, cause: 'client.connect' });
});

test('a connect() that its program gives up is ended by the program', () => {
  const steps = told([call('client', 'connect', 25, 3210, { result: 'ECANCELED' }), closed, syn]);
  expect(states(steps, 'client').at(-1)).toMatchObject({ to: 'CLOSED', at: 3200, cause: closed.id });
});

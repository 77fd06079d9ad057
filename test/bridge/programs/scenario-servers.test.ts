import { describe, expect, test } from 'vitest';
import type { RunId } from '../../../bridge/protocol/messages.ts';
import type { ScenarioServer } from '../../../bridge/trace/scenario-server.ts';
import { plainScript, type Script } from '../../../bridge/trace/script.ts';
import { startBridge, startOwning } from '../../helpers/bridge.ts';
import { descendants } from '../../helpers/programs/descendants.ts';
import { whyNoLab } from '../../helpers/programs/lab.ts';
import { commandLineOf } from '../../helpers/programs/program.ts';
import { Page } from '../../helpers/clients/page.ts';
import { calls, expectCausal } from '../../helpers/trace-checks.ts';
import { until } from '../../helpers/until.ts';

const PLAIN = plainScript(121n);
const STAY: Script = [{ do: 'wait', ms: 20_000 }];

function start(page: Page, id: RunId, server: ScenarioServer, script = PLAIN): Promise<unknown> {
  page.send({ type: 'run', id, script, server });
  return page.message('done', (message) => message.id === id);
}

/** How many programs of this name the bridge runs. */
const running = (name: string) =>
  descendants(process.pid).filter((pid) => commandLineOf(pid).includes(`server/scenarios/${name}.js`)).length;

test('on the direct wire a run has no server of its own', async () => {
  const page = await Page.open(await startBridge());
  expect(await page.complaint({ type: 'run', id: 7, script: PLAIN, server: 'dies' })).toMatchObject({
    id: 7,
    code: 'SERVER_NEEDS_LAB',
  });
});

describe.skipIf(whyNoLab)('a run with a server of its own', () => {
  test('goes to another port, meets that server, and the bridge’s own goes on', async () => {
    const bridge = await startOwning({ wire: 'lab' });
    const page = await Page.open(bridge);
    const done = await start(page, 1, 'dies');
    expect(done).toMatchObject({ outcome: 'silent', target: `10.77.0.2:${bridge.targetPort + 1}` });
    const steps = page.steps(1);
    expectCausal(steps);
    expect(calls(steps).find(({ name }) => name === 'connect')?.args).toEqual([`10.77.0.2:${bridge.targetPort + 1}`]);
    expect((await page.run(PLAIN)).done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
    expect((await bridge.health()).server.state).toBe('listening');
  });

  test('shares it with no other run: if one server dies, the other does not', async () => {
    const page = await Page.open(await startOwning({ wire: 'lab' }));
    const waiting = start(page, 'waits', 'dies', [{ do: 'wait', ms: 1500 }, ...PLAIN]);
    await until(() => page.steps('waits').length > 0);
    expect(await start(page, 'dies', 'dies')).toMatchObject({ outcome: 'silent' });
    expect(await waiting).toMatchObject({ outcome: 'silent' });
    const received = calls(page.steps('waits')).filter(({ side, name }) => side === 'server' && name === 'recv');
    expect(received[0]).toMatchObject({ bytes: 2 });
  });

  test('runs it only as long as the run lasts', async () => {
    const page = await Page.open(await startOwning({ wire: 'lab' }));
    void start(page, 1, 'never-accepts', STAY);
    await until(() => page.steps(1).length > 0);
    expect(running('never-accepts')).toBeGreaterThan(0);
    page.send({ type: 'cancel', id: 1 });
    expect(await page.message('done')).toMatchObject({ outcome: 'cancelled' });
    await until(() => running('never-accepts') === 0);
  });

  test('can be cancelled while its server starts', async () => {
    const page = await Page.open(await startOwning({ wire: 'lab' }));
    const done = start(page, 1, 'answers-late');
    page.send({ type: 'cancel', id: 1 });
    expect(await done).toMatchObject({ outcome: 'cancelled' });
    await until(() => running('answers-late') === 0);
  });

  test('ends with the bridge', async () => {
    const bridge = await startOwning({ wire: 'lab' });
    const page = await Page.open(bridge);
    void start(page, 1, 'never-accepts', STAY);
    await until(() => page.steps(1).length > 0);
    await bridge.app.close();
    expect(running('never-accepts')).toBe(0);
  });

  test('is refused if there are too many', async () => {
    const limits = { scenarioServers: 2 };
    const page = await Page.open(await startOwning({ wire: 'lab', limits }));
    for (let id = 0; id < limits.scenarioServers; id += 1) void start(page, id, 'never-accepts', STAY);
    const one = { type: 'run', id: 'one more', script: PLAIN, server: 'nobody' };
    expect(await page.complaint(one)).toMatchObject({ id: 'one more', code: 'TOO_MANY_SERVERS' });
    for (let id = 0; id < limits.scenarioServers; id += 1) page.send({ type: 'cancel', id });
    await until(() => page.count('done') === limits.scenarioServers);
    // A place is free once its program has ended, which is a little after its run.
    let tries = 0;
    await until(() => {
      const id = `again ${(tries += 1)}`;
      const isTooEarly = page.message('error', (error) => error.id === id).then(() => false);
      const isDone = start(page, id, 'nobody').then((done) => {
        expect(done).toMatchObject({ outcome: 'refused' });
        return true;
      });
      return Promise.race([isDone, isTooEarly]);
    });
  });

  test('is refused to an address that has its share, if other machines reach the bridge', async () => {
    const limits = { scenarioServersPerAddress: 1 };
    const bridge = await startOwning({ wire: 'lab', listenOn: '0.0.0.0', limits });
    const [page, second, other] = [
      await Page.open(bridge),
      await Page.open(bridge),
      await Page.open({ ...bridge, localAddress: '127.0.0.9' }),
    ];
    void start(page, 1, 'never-accepts', STAY);
    await page.message('steps');
    expect(await second.complaint({ type: 'run', id: 2, script: PLAIN, server: 'nobody' })).toMatchObject({
      id: 2,
      code: 'TOO_MANY_SERVERS',
    });
    expect(await start(other, 3, 'nobody')).toMatchObject({ outcome: 'refused' });
    page.send({ type: 'cancel', id: 1 });
    await page.message('done');
    expect(await start(second, 4, 'nobody')).toMatchObject({ outcome: 'refused' });
  });
});

import { expect, test } from 'vitest';
import { openDeaf, PONG, textFrame } from '../helpers/clients/deaf-page.ts';
import { Page } from '../helpers/clients/page.ts';
import { endOf, type End } from '../helpers/clients/tcp-client.ts';
import { until } from '../helpers/until.ts';
import { expectClosed, expectDoneOnce, expectReplied, openScene } from './endure.ts';

test.concurrent.for<[string, (page: Page) => void]>([
  ['closes its WebSocket', (page) => page.socket.close()],
  ['vanishes without closing', (page) => page.socket.terminate()],
])('a page that %s in mid-run: its connections are aborted, and nothing of it is left', async ([, leave], context) => {
  const { world, bridge, page } = await openScene(context.onTestFinished);
  await expectReplied(page);
  const before = await bridge.atRest();
  const ends: End[] = [];
  let connected = 0;
  world.serve = (socket) => {
    connected += 1;
    socket.resume();
    socket.once('end', () => ends.push(endOf(socket)));
    socket.once('error', () => ends.push('rst'));
  };
  const leaving = await Page.open(bridge, context.onTestFinished);
  for (let run = 0; run < 5; run += 1) leaving.start([{ do: 'recv' }]);
  await until(() => connected === 5);
  leave(leaving);
  await until(() => ends.length === 5);
  expect(ends).toEqual(['rst', 'rst', 'rst', 'rst', 'rst']);
  await expectClosed(bridge, before);
  await world.mend();
  await expectReplied(page);
  expectDoneOnce(page);
});

test.concurrent('a page that never reads is given up, and nothing of it is left', async (context) => {
  const { world, bridge, page } = await openScene(context.onTestFinished);
  await expectReplied(page);
  const before = await bridge.atRest();
  let connected = 0;
  world.serve = (socket) => {
    connected += 1;
    socket.resume().end(Buffer.alloc(512 * 1024, 'x'));
  };
  const deaf = await openDeaf(bridge);
  context.onTestFinished(() => void deaf.destroy());
  for (let asked = 1; !deaf.destroyed; asked += 1) {
    deaf.write(textFrame(JSON.stringify({ type: 'run', id: asked, script: [{ do: 'recv' }] })));
    await until(() => {
      deaf.write(PONG);
      return connected === asked || deaf.destroyed;
    });
  }
  await expectClosed(bridge, before);
  await world.mend();
  await expectReplied(page);
});

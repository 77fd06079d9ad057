import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const eslint = new ESLint();

/** Whether the linter forbids this import in a file at this path. */
async function forbids(file: string, imported: string): Promise<boolean> {
  const [result] = await eslint.lintText(`import * as it from '${imported}';\nexport default it;\n`, {
    filePath: file,
  });
  expect(result?.messages.filter(({ fatal }) => fatal)).toEqual([]);
  return result!.messages.some(({ ruleId }) => ruleId === 'no-restricted-imports');
}

test.each([
  ['server/number-server.ts', 'fastify'],
  ['server/number-server.ts', '../bridge/clock.ts'],
  ['server/number-server.ts', 'koffi'],
  ['server/scenarios/dies.ts', 'fastify'],
  ['server/scenarios/dies.ts', '../../bridge/clock.ts'],
  ['bridge/trace/infer.ts', 'node:fs'],
  ['bridge/trace/infer.ts', '../clock.ts'],
  ['bridge/trace/infer.ts', 'typebox'],
  ['bridge/packet/ipv4.ts', 'node:buffer'],
  ['bridge/packet/ipv4.ts', '../sources/source.ts'],
  ['bridge/probe/probe.ts', '../clock.ts'],
  ['bridge/probe/probe.ts', 'fastify'],
  ['bridge/protocol.ts', './session.ts'],
  ['bridge/protocol.ts', 'node:net'],
  ['bridge/session.ts', 'fastify'],
  ['bridge/session.ts', 'ws'],
  ['bridge/session.ts', '@fastify/websocket'],
  ['bridge/sources/client-socket.ts', 'ws'],
  ['bridge/app.ts', '../web/page.svelte.ts'],
  ['bridge/app.ts', '../server/answer.ts'],
  ['bridge/app.ts', '../test/helpers/page.ts'],
  ['bridge/session.ts', '../web/main.ts'],
  ['bridge/sources/client-socket.ts', '../../server/answer.ts'],
  ['web/main.ts', 'node:fs'],
  ['web/main.ts', '../bridge/session.ts'],
  ['web/main.ts', '../bridge/sources/source.ts'],
  ['web/main.ts', '../server/primality.ts'],
  ['web/views/steps/rows.ts', '../../../bridge/session.ts'],
  ['web/views/steps/rows.ts', 'node:fs'],
  ['web/views/steps/rows.ts', '../diagram/layout.ts'],
])('%s may not import %s', async (file, imported) => {
  expect(await forbids(file, imported)).toBe(true);
});

test.each([
  ['server/number-server.ts', 'node:net'],
  ['server/number-server.ts', './answer.ts'],
  ['server/scenarios/dies.ts', '../options.ts'],
  ['server/scenarios/system-calls.ts', 'koffi'],
  ['bridge/trace/infer.ts', './draft.ts'],
  ['bridge/packet/ipv4.ts', '../trace/step.ts'],
  ['bridge/probe/probe.ts', 'node:fs'],
  ['bridge/protocol.ts', 'typebox'],
  ['bridge/protocol.ts', './trace/step.ts'],
  ['bridge/session.ts', './sources/source.ts'],
  ['bridge/sources/client-socket.ts', 'node:net'],
  ['bridge/app.ts', 'fastify'],
  ['web/main.ts', '../bridge/protocol.ts'],
  ['web/main.ts', '../bridge/trace/step.ts'],
  ['web/views/steps/rows.ts', '../../../bridge/trace/step.ts'],
  ['web/views/steps/rows.ts', './marks.ts'],
  ['web/views/steps/rows.ts', '../../texts/en.ts'],
])('%s may import %s', async (file, imported) => {
  expect(await forbids(file, imported)).toBe(false);
});

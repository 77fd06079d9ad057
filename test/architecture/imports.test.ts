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
  ['server/number-server.ts', '../bridge/machine/clock.ts'],
  ['server/number-server.ts', 'koffi'],
  ['server/scenarios/dies.ts', 'fastify'],
  ['server/scenarios/dies.ts', '../../bridge/machine/clock.ts'],
  ['bridge/trace/inference/infer.ts', 'node:fs'],
  ['bridge/trace/inference/infer.ts', '../../machine/clock.ts'],
  ['bridge/trace/step.ts', './inference/infer.ts'],
  ['bridge/trace/inference/infer.ts', 'typebox'],
  ['bridge/packet/ipv4.ts', 'node:buffer'],
  ['bridge/packet/ipv4.ts', '../sources/source.ts'],
  ['bridge/probe/probe.ts', '../machine/clock.ts'],
  ['bridge/probe/probe.ts', 'fastify'],
  ['bridge/protocol/messages.ts', '../session.ts'],
  ['bridge/protocol/messages.ts', 'node:net'],
  ['bridge/session.ts', 'fastify'],
  ['bridge/session.ts', 'ws'],
  ['bridge/session.ts', '@fastify/websocket'],
  ['bridge/sources/client-socket.ts', 'ws'],
  ['bridge/http/app.ts', '../../web/runs/page.ts'],
  ['bridge/http/app.ts', '../../server/answer.ts'],
  ['bridge/http/app.ts', '../../test/helpers/clients/page.ts'],
  ['bridge/bridge.ts', './pages/page-connection.ts'],
  ['bridge/access/access.ts', '../config.ts'],
  ['bridge/session.ts', '../web/main.ts'],
  ['bridge/sources/client-socket.ts', '../../server/answer.ts'],
  ['web/main.ts', 'node:fs'],
  ['web/main.ts', '../bridge/session.ts'],
  ['web/main.ts', '../bridge/sources/source.ts'],
  ['web/main.ts', '../server/primality.ts'],
  ['web/views/steps/rows.ts', '../../../bridge/session.ts'],
  ['web/views/steps/rows.ts', 'node:fs'],
  ['web/views/steps/rows.ts', '../diagram/layout.ts'],
  ['web/views/diagram/drawing/rows.ts', '../../steps/rows.ts'],
  ['web/reading/links.ts', '../texts/language.svelte.ts'],
  ['web/runs/runs.svelte.ts', '../words/notes.ts'],
])('%s may not import %s', async (file, imported) => {
  expect(await forbids(file, imported)).toBe(true);
});

test.each([
  ['server/number-server.ts', 'node:net'],
  ['server/number-server.ts', './answer.ts'],
  ['server/scenarios/dies.ts', '../options.ts'],
  ['server/scenarios/system-calls.ts', 'koffi'],
  ['bridge/trace/inference/infer.ts', '../draft-step.ts'],
  ['bridge/packet/ipv4.ts', '../trace/step.ts'],
  ['bridge/probe/probe.ts', 'node:fs'],
  ['bridge/protocol/messages.ts', 'typebox'],
  ['bridge/protocol/messages.ts', '../trace/step.ts'],
  ['bridge/session.ts', './sources/source.ts'],
  ['bridge/sources/client-socket.ts', 'node:net'],
  ['bridge/http/app.ts', 'fastify'],
  ['web/words/source-words.ts', '../../bridge/protocol/messages.ts'],
  ['web/App.svelte', '../bridge/trace/step.ts'],
  ['web/views/steps/rows.ts', '../../../bridge/trace/step.ts'],
  ['web/views/steps/rows.ts', './marks.ts'],
  ['web/views/steps/rows.ts', '../../texts/language.svelte.ts'],
])('%s may import %s', async (file, imported) => {
  expect(await forbids(file, imported)).toBe(false);
});

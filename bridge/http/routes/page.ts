import files from '@fastify/static';
import type { FastifyError, FastifyInstance } from 'fastify';
import { refuse } from '../../access/refusal.ts';
import { BUILT } from '../../machine/paths.ts';

/** The built page. The name of an asset holds a hash of its content, so that a browser may keep it. */
export async function addPage(app: FastifyInstance): Promise<void> {
  await app.register(async (page) => {
    // The plugin forbids paths with a detour, such as `//index.html`: there is nothing behind them.
    page.setErrorHandler<FastifyError>((error, _, reply) =>
      error.statusCode === 403 || error.statusCode === 404 ? refuse(reply, 'NOT_FOUND') : reply.send(error),
    );
    await page.register(files, {
      root: BUILT.page,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const lasting = path.includes('/assets/');
        void reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  });
}

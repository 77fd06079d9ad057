import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { BUILT } from '../../machine/paths.ts';

/** The built page. The name of an asset holds a hash of its content, so that a browser may keep it. */
export async function addPage(app: FastifyInstance): Promise<void> {
  await app.register(files, {
    root: BUILT.page,
    cacheControl: false,
    setHeaders: (response, path) => {
      const lasting = path.includes('/assets/');
      response.setHeader('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

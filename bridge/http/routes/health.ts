import type { FastifyInstance } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { Bridge } from '../../bridge.ts';

/** `GET /health`: what `hello` says, without its `type`. */
export function addHealth(app: FastifyInstance, bridge: Bridge, access: Access): void {
  const onRequest = access.checkToken.bind(access);
  app.get('/health', { onRequest }, async (_, reply) => {
    const { type: _type, ...facts } = bridge.hello();
    return reply.header('cache-control', 'no-store').send(facts);
  });
}

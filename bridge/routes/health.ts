import type { FastifyInstance } from 'fastify';
import type { Bridge } from '../bridge.ts';

/** `GET /health`: the facts of `hello`. */
export function addHealth(app: FastifyInstance, bridge: Bridge): void {
  app.get('/health', async () => {
    const { type: _, ...facts } = bridge.hello();
    return facts;
  });
}

import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Headers that isolate the page: no foreign request, no inline script or style, no framing, no sniffing. */
export async function addSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        // To save a picture as PNG, the page draws it from an image that it made.
        'img-src': ["'self'", 'blob:'],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    // The page is served as plain http: a promise of https would lock it out.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}

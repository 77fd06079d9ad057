import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Headers that keep the page to itself: no foreign request, no inline script or style, no framing, no sniffing. */
export async function addSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        // A picture that the page saves as PNG is drawn from an image that it made itself.
        'img-src': ["'self'", 'blob:'],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    // Served as plain http on the user's own machine: a promise of https would lock the page out.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}

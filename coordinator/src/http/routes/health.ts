import { MurmurationError } from '@murmuration/protocol/errors';
import * as z from 'zod';
import type { App } from '../app.ts';
import { problem } from '../problem.ts';

const health = z.object({ status: z.literal('ok') });

/** Liveness: the process answers. Readiness: it takes devices, and is not stopping. */
export function healthRoutes(app: App, isReady: () => boolean): void {
  app.get(
    '/health/live',
    { schema: { summary: 'Whether the process answers', response: { 200: health } } },
    () => ({ status: 'ok' as const }),
  );
  app.get(
    '/health/ready',
    { schema: { summary: 'Whether the coordinator takes devices', response: { 200: health, 503: problem } } },
    () => {
      if (!isReady()) throw new MurmurationError('server.stopping');
      return { status: 'ok' as const };
    },
  );
}

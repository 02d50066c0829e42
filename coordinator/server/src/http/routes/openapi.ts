import { wholeBytes } from '@murmuration/rounds/registry/stored-bytes';
import type { App } from '../app.ts';
import type { Guard } from '../authentication.ts';
import { sendBlocks } from '../blocks.ts';

/** Adds the description of all routes (OpenAPI 3). */
export function openApiRoute(app: App, guard: Guard): void {
  let document: Promise<Uint8Array> | undefined;
  app.get('/openapi.json', { schema: { hide: true }, onRequest: guard }, async (request, reply) => {
    // All routes exist before the first request.
    document ??= app.describe().then(description => Buffer.from(JSON.stringify(description)));
    return sendBlocks(request, reply.type('application/json; charset=utf-8'), wholeBytes(await document));
  });
}

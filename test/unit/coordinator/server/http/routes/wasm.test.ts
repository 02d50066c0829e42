import { type App, createApp } from '@murmuration/coordinator/http/app';
import { wasmRoutes } from '@murmuration/coordinator/http/routes/wasm';
import { wasmFiles, wasmFilesPath } from '@murmuration/engine/backend/wasm-files';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundsOf } from '../../bounds.ts';
import { openFederation } from '../../federation.ts';

let app: App;

beforeEach(async () => {
  app = await createApp({ ...boundsOf(await openFederation()), cors: [] });
  wasmRoutes(app);
});
afterEach(() => app.close());

it.each(wasmFiles)('serves %s of the installed version, for good and to pages of any origin', async file => {
  const { statusCode, headers, rawPayload } = await app.inject(wasmFilesPath + file);
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'application/wasm',
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'cross-origin',
  });
  expect(WebAssembly.validate(new Uint8Array(rawPayload))).toBe(true);
});

it.each(['package.json', 'tfjs-backend-wasm.js', '..%2fpackage.json'])(
  'serves nothing else: %s',
  async file => {
    expect((await app.inject(wasmFilesPath + file)).statusCode).toBeGreaterThanOrEqual(400);
  },
);

it('serves no other version', async () => {
  expect((await app.inject(`/v1/wasm/0.0.1/${wasmFiles[0]}`)).json()).toMatchObject({
    code: 'request.not-found',
  });
});

import { startBackend } from '@murmuration/engine/backend/backend';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { expect, it } from 'vitest';

it('refuses to start without WebAssembly rather than train on the slow CPU backend', async () => {
  const failure = await startBackend({ wasmPath: '/nowhere/' }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(MurmurationError);
  expect(failure).toMatchObject({ code: 'engine.no-backend', retryable: false });
  expect((failure as Error).message).toContain('/nowhere/');
});

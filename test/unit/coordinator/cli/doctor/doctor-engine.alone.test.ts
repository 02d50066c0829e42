import { checkEngine } from '@murmuration/cli/doctor/machine';
import { startBackend } from '@murmuration/engine/backend/backend';
import { expect, it } from 'vitest';

// Alone in its file: in one process, an engine that has failed to start does not start any more.
it('doctor names an engine that does not start', async () => {
  expect(await checkEngine(() => startBackend({ wasmPath: '/nowhere/' }))).toMatchObject({
    state: 'fault',
    says: expect.stringMatching(/does not start with the \.wasm files of \/nowhere\/.*readable\.$/),
    mend: expect.stringMatching(/npm ci/),
  });
});

import { startBackend } from '@murmuration/engine/backend/backend';
import { expect, it } from 'vitest';

it('starts for all who ask for it at the same time, as clients of one page do', async () => {
  const started = await Promise.all([startBackend(), startBackend(), startBackend()]);
  expect(new Set(started.map(({ backend }) => backend)).size).toBe(1);
});

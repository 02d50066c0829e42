import { identityName, loadIdentity } from '@murmuration/client-sdk/device/identity';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { keptIdentity } from '@murmuration/demo/phones/kept-identity';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { expect, it } from 'vitest';

it('lets a phone be the same device at the next start, and forgets all else', async () => {
  const folder = memoryStorage();
  const first = keptIdentity(memoryStorage(), folder);
  const before = await loadIdentity(first, native.ed25519.signingKey, systemRandom);
  await first.put('session', Uint8Array.of(1));
  const second = keptIdentity(memoryStorage(), folder);
  const after = await loadIdentity(second, native.ed25519.signingKey, systemRandom);
  expect(after.publicKey).toEqual(before.publicKey);
  expect(await second.get('session')).toBeUndefined();
  await second.delete(identityName);
  expect(await folder.get(identityName)).toBeUndefined();
});

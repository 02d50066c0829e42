import { browserSigningKey } from '@murmuration/client-sdk/device/browser-signing';
import { portable } from '@murmuration/protocol/primitives/portable';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';

const { signingKey, verify } = portable.ed25519;

afterEach(() => void vi.unstubAllGlobals());

describe('the identity of a page', () => {
  it('is the same key by WebCrypto as in JavaScript, and signs what that accepts', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    const random = seededRandom(8032);
    for (let i = 0; i < 50; i++) {
      const seed = random(32);
      const message = random(i);
      const key = await browserSigningKey(seed);
      expect(key.publicKey).toEqual(signingKey(seed).publicKey);
      expect(verify(key.publicKey, message, await key.sign(message))).toBe(true);
    }
    expect(importKey.mock.settledResults.filter(({ type }) => type === 'fulfilled')).toHaveLength(50);
  });

  it.each([
    ['is not secure', {}],
    [
      'is in a browser without such keys',
      { subtle: { importKey: () => Promise.reject(new DOMException('', 'NotSupportedError')) } },
    ],
  ])('is in JavaScript where the page %s', async (_, crypto) => {
    vi.stubGlobal('crypto', crypto);
    const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
    const key = await browserSigningKey(seed);
    expect(key.publicKey).toEqual(signingKey(seed).publicKey);
    expect(await key.sign(seed)).toEqual(signingKey(seed).sign(seed));
  });
});

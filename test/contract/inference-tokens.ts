import type { InferenceTokenStore, StoredInferenceToken } from '@murmuration/rounds/tokens/inference-token';
import { describe, expect, it } from 'vitest';

function tokenOf(index: number, change: Partial<StoredInferenceToken> = {}): StoredInferenceToken {
  return {
    id: `token-${index}`.padEnd(16, '-'),
    digest: new Uint8Array(32).fill(index),
    name: `Müller & Søn ${index}`,
    rights: ['predict'],
    models: null,
    rate: null,
    quota: null,
    createdAt: 1_000 + index,
    expiresAt: null,
    revokedAt: null,
    ...change,
  };
}

/** What every store of inference tokens keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function inferenceTokensContract(
  name: string,
  open: () => Promise<InferenceTokenStore>,
  reopen?: () => Promise<InferenceTokenStore>,
): void {
  describe(`${name} as a store of inference tokens`, () => {
    it('gives back what was added, and lists it by pages, newest first', async () => {
      const store = await open();
      const tokens = [
        tokenOf(0, { rights: ['predict', 'manage'], rate: { burst: 3, perSecond: 0.5 } }),
        tokenOf(1, {
          models: ['spam', 'a "b"'],
          expiresAt: 9_000,
          quota: { requests: 1_000_000_000, hours: 0.25 },
        }),
        tokenOf(2, { createdAt: 1_001 }),
      ];
      expect(await store.get(tokenOf(0).id)).toBeUndefined();
      for (const token of tokens) await store.add(token);
      for (const token of tokens) expect(await store.get(token.id)).toEqual(token);
      expect(await store.list({ after: undefined, limit: 10 })).toEqual(tokens.toReversed());
      expect(await store.list({ after: { time: 1_001, id: tokenOf(2).id }, limit: 1 })).toEqual([tokens[1]]);
    });

    it('keeps the time of the first revocation, and knows that there was a token', async () => {
      const store = await open();
      expect(await store.unrevoked()).toEqual({ tokens: [], hasAny: false });
      await store.add(tokenOf(1));
      await store.add(tokenOf(2));
      expect(await store.revoke(tokenOf(1).id, 2_000)).toBe(true);
      expect(await store.revoke(tokenOf(1).id, 3_000)).toBe(true);
      expect(await store.revoke(tokenOf(3).id, 2_000)).toBe(false);
      expect(await store.get(tokenOf(1).id)).toEqual(tokenOf(1, { revokedAt: 2_000 }));
      expect(await store.unrevoked()).toEqual({ tokens: [tokenOf(2)], hasAny: true });
      await store.revoke(tokenOf(2).id, 4_000);
      expect(await store.unrevoked()).toEqual({ tokens: [], hasAny: true });
    });

    it.runIf(reopen)('knows tokens after a restart', async () => {
      await (await open()).add(tokenOf(1));
      expect(await (await reopen!()).get(tokenOf(1).id)).toEqual(tokenOf(1));
    });
  });
}

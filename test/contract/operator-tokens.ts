import { roles } from '@murmuration/api/role';
import type { OperatorToken, OperatorTokenStore } from '@murmuration/rounds/operators/operator-token';
import { describe, expect, it } from 'vitest';

function tokenOf(index: number, change: Partial<OperatorToken> = {}): OperatorToken {
  return {
    id: `token-${index}`.padEnd(16, '-'),
    digest: new Uint8Array(32).fill(index),
    name: `Müller & Søn ${index}`,
    role: roles[index % roles.length]!,
    createdAt: 1_000 + index,
    expiresAt: null,
    revokedAt: null,
    ...change,
  };
}

/** What every store of operator tokens keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function operatorTokensContract(
  name: string,
  open: () => Promise<OperatorTokenStore>,
  reopen?: () => Promise<OperatorTokenStore>,
): void {
  describe(`${name} as a store of operator tokens`, () => {
    it('gives back what was added, and lists it by pages, newest first', async () => {
      const store = await open();
      const tokens = [tokenOf(0), tokenOf(1, { expiresAt: 9_000 }), tokenOf(2, { createdAt: 1_001 })];
      expect(await store.get(tokens[0]!.id)).toBeUndefined();
      for (const token of tokens) await store.add(token);
      for (const token of tokens) expect(await store.get(token.id)).toEqual(token);
      expect(await store.list({ after: undefined, limit: 10 })).toEqual(tokens.toReversed());
      expect(await store.list({ after: { time: 1_001, id: tokens[2]!.id }, limit: 1 })).toEqual([tokens[1]]);
    });

    it('keeps the time of the first revocation', async () => {
      const store = await open();
      await store.add(tokenOf(1));
      expect(await store.revoke(tokenOf(1).id, 2_000)).toBe(true);
      expect(await store.revoke(tokenOf(1).id, 3_000)).toBe(true);
      expect(await store.revoke(tokenOf(2).id, 2_000)).toBe(false);
      expect(await store.get(tokenOf(1).id)).toEqual(tokenOf(1, { revokedAt: 2_000 }));
    });

    it('knows whether any token is valid', async () => {
      const store = await open();
      expect(await store.anyValid(2_000)).toBe(false);
      await store.add(tokenOf(1, { expiresAt: 3_000 }));
      expect(await store.anyValid(2_999)).toBe(true);
      expect(await store.anyValid(3_000)).toBe(false);
      await store.add(tokenOf(2));
      expect(await store.anyValid(3_000)).toBe(true);
      await store.revoke(tokenOf(2).id, 2_500);
      expect(await store.anyValid(3_000)).toBe(false);
    });

    it.runIf(reopen)('knows tokens after a restart', async () => {
      await (await open()).add(tokenOf(1));
      expect(await (await reopen!()).get(tokenOf(1).id)).toEqual(tokenOf(1));
    });
  });
}

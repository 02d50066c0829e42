import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { EnrolmentToken, EnrolmentTokenStore } from '@murmuration/rounds/population/enrolment-token';
import { describe, expect, it } from 'vitest';

const device = (index: number) => `device-${index}`.padEnd(22, '-') as DeviceId;

function tokenOf(index: number, change: Partial<EnrolmentToken> = {}): EnrolmentToken {
  return {
    id: `token-${index}`.padEnd(16, '-'),
    digest: new Uint8Array(32).fill(index),
    name: `Token “${index}”`,
    maxUses: null,
    uses: 0,
    createdAt: 1_000 + index,
    expiresAt: null,
    revokedAt: null,
    ...change,
  };
}

/** What every store of enrolment tokens keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function enrolmentTokensContract(
  name: string,
  open: () => Promise<EnrolmentTokenStore>,
  reopen?: () => Promise<EnrolmentTokenStore>,
): void {
  describe(`${name} as a store of enrolment tokens`, () => {
    it('gives back what was added, and lists it by pages, newest first', async () => {
      const store = await open();
      expect(await store.get(tokenOf(0).id)).toBeUndefined();
      const tokens = [
        tokenOf(0),
        tokenOf(1, { maxUses: 3, expiresAt: 9_000 }),
        tokenOf(2, { createdAt: 1_001 }),
      ];
      for (const token of tokens) await store.add(token);
      for (const token of tokens) expect(await store.get(token.id)).toEqual(token);
      expect(await store.list({ after: undefined, limit: 10 })).toEqual(tokens.toReversed());
      expect(await store.list({ after: undefined, limit: 1 })).toEqual([tokens[2]]);
      expect(await store.list({ after: { time: 1_001, id: tokens[2]!.id }, limit: 10 })).toEqual([
        tokens[1],
        tokens[0],
      ]);
    });

    it('counts a one-time token once, however many devices use it at the same time', async () => {
      const store = await open();
      const { id } = tokenOf(1);
      await store.add(tokenOf(1, { maxUses: 1 }));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.use(id, device(i), 2_000)),
      );
      expect(answers.filter(counted => counted)).toHaveLength(1);
      expect(await store.get(id)).toMatchObject({ uses: 1 });
    });

    it('knows who used a token', async () => {
      const store = await open();
      await store.add(tokenOf(1));
      await store.add(tokenOf(2));
      for (const index of [2, 1, 2]) await store.use(tokenOf(1).id, device(index), 2_000);
      await store.use(tokenOf(2).id, device(3), 2_000);
      expect((await store.users(tokenOf(1).id)).toSorted()).toEqual([device(1), device(2)]);
      expect(await store.users(tokenOf(3).id)).toEqual([]);
    });

    it('counts a device once, also at the same time, and takes it again', async () => {
      const store = await open();
      const { id } = tokenOf(1);
      await store.add(tokenOf(1, { maxUses: 2 }));
      const answers = await Promise.all(Array.from({ length: 10 }, () => store.use(id, device(1), 2_000)));
      expect(answers).toEqual(new Array(10).fill(true));
      expect(await store.get(id)).toMatchObject({ uses: 1 });
      expect(await store.use(id, device(2), 2_000)).toBe(true);
      expect(await store.use(id, device(3), 2_000)).toBe(false);
      expect(await store.use(id, device(1), 2_000)).toBe(true);
      expect(await store.get(id)).toMatchObject({ uses: 2 });
    });

    it('counts any number where no most is set', async () => {
      const store = await open();
      await store.add(tokenOf(1));
      for (let i = 0; i < 50; i++) expect(await store.use(tokenOf(1).id, device(i), 2_000)).toBe(true);
      expect(await store.get(tokenOf(1).id)).toMatchObject({ uses: 50 });
    });

    it('counts no use from the time of expiry on, and none of a token that is not there', async () => {
      const store = await open();
      const { id } = tokenOf(1);
      await store.add(tokenOf(1, { expiresAt: 3_000 }));
      expect(await store.use(id, device(1), 2_999)).toBe(true);
      expect(await store.use(id, device(2), 3_000)).toBe(false);
      expect(await store.use(id, device(1), 3_000)).toBe(false);
      expect(await store.use(tokenOf(2).id, device(1), 2_000)).toBe(false);
      expect(await store.get(id)).toMatchObject({ uses: 1 });
    });

    it('counts no use of a token that is revoked, which happens once', async () => {
      const store = await open();
      const { id } = tokenOf(1);
      await store.add(tokenOf(1));
      await store.use(id, device(1), 2_000);
      expect(await store.revoke(id, 2_500)).toBe(true);
      expect(await store.revoke(id, 2_600)).toBe(true);
      expect(await store.revoke(tokenOf(2).id, 2_500)).toBe(false);
      for (const index of [1, 2]) expect(await store.use(id, device(index), 2_700)).toBe(false);
      expect(await store.get(id)).toMatchObject({ uses: 1, revokedAt: 2_500 });
    });

    it('names the tokens with which devices have enrolled', async () => {
      const store = await open();
      for (const token of [tokenOf(1, { name: 'shop' }), tokenOf(2, { name: 'fair' })])
        await store.add(token);
      await store.use(tokenOf(1).id, device(1), 2_000);
      await store.use(tokenOf(2).id, device(2), 2_000);
      expect(await store.namesOf([device(1), device(2), device(3)])).toEqual(
        new Map([
          [device(1), 'shop'],
          [device(2), 'fair'],
        ]),
      );
      expect(await store.namesOf([])).toEqual(new Map());
    });

    it.runIf(reopen)('knows tokens and who used them after a restart', async () => {
      const before = await open();
      const { id } = tokenOf(1);
      await before.add(tokenOf(1, { maxUses: 1 }));
      await before.use(id, device(1), 2_000);
      const store = await reopen!();
      expect(await store.get(id)).toEqual(tokenOf(1, { maxUses: 1, uses: 1 }));
      expect(await store.use(id, device(2), 2_000)).toBe(false);
      expect(await store.use(id, device(1), 2_000)).toBe(true);
    });
  });
}

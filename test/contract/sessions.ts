import type { SessionStore } from '@murmuration/rounds/operators/session-store';
import { beforeEach, describe, expect, it } from 'vitest';

const session = (digest: string, openedAt: number) => ({
  digest,
  token: `token of ${digest}`,
  openedAt,
  expiresAt: openedAt + 100,
});

/** What every store of operators' sessions does. */
export function sessionsContract(of: string, open: () => Promise<SessionStore>): void {
  describe(`sessions of ${of}`, () => {
    let store: SessionStore;

    beforeEach(async () => {
      store = await open();
      for (const [digest, openedAt] of [
        ['b', 2],
        ['a', 1],
        ['c', 3],
      ] as const)
        await store.add(session(digest, openedAt));
    });

    it('finds a session by its digest, and lists all, the oldest first', async () => {
      expect(await store.get('a')).toEqual(session('a', 1));
      expect(await store.get('none')).toBeUndefined();
      expect((await store.all()).map(({ digest }) => digest)).toEqual(['a', 'b', 'c']);
    });

    it('removes a session once', async () => {
      expect(await store.remove('b')).toBe(true);
      expect(await store.remove('b')).toBe(false);
      expect(await store.get('b')).toBeUndefined();
    });

    it('forgets those that expire at a time or before it', async () => {
      await store.expire(102);
      expect((await store.all()).map(({ digest }) => digest)).toEqual(['c']);
    });
  });
}

import type { KeptSession, SessionStore } from '../../operators/session-store.ts';

export function memorySessions(): SessionStore {
  const kept = new Map<string, KeptSession>();
  return {
    async add(session) {
      kept.set(session.digest, session);
    },
    async get(digest) {
      return kept.get(digest);
    },
    async all() {
      return [...kept.values()].sort((a, b) => a.openedAt - b.openedAt);
    },
    async remove(digest) {
      return kept.delete(digest);
    },
    async expire(time) {
      for (const { digest, expiresAt } of [...kept.values()]) if (expiresAt <= time) kept.delete(digest);
    },
  };
}

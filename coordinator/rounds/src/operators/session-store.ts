import type { Documents } from './documents.ts';

/** A session as it is kept: whoever reads it can't sign in with it. */
export interface KeptSession {
  /** SHA-256 of its secret, in hexadecimal. */
  readonly digest: string;
  /** Id of the operator token with which it was opened. */
  readonly token: string;
  /** ms since 1970. */
  readonly openedAt: number;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Sessions, so that a restart signs nobody out where the storage is durable. */
export type SessionStore = ReturnType<typeof sessionsIn>;

export function sessionsIn(documents: Documents) {
  const kind = 'session';
  return {
    /** Keeps a fresh session; digests are of random secrets and never come again. */
    async add(session: KeptSession): Promise<void> {
      const { digest, expiresAt } = session;
      await documents.change({ add: [{ kind, scope: '', key: digest, at: expiresAt, value: session }] });
    },
    get: (digest: string): Promise<KeptSession | undefined> => documents.get(kind, '', digest),
    /** All of them, the oldest first. */
    async all(): Promise<readonly KeptSession[]> {
      const found = await documents.list<KeptSession>(kind);
      return found.map(({ value }) => value).sort((a, b) => a.openedAt - b.openedAt);
    },
    /** Ends a session. False where it is not there. */
    async remove(digest: string): Promise<boolean> {
      return (await documents.change({ remove: [{ kind, scope: '', key: digest }] })) > 0;
    },
    /** Forgets those that expire at `time` (ms since 1970) or before. */
    async expire(time: number): Promise<void> {
      await documents.change({ forget: { kind, until: time } });
    },
  };
}

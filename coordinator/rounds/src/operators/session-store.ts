import type { Documents } from './documents.ts';

/** Stored session; it has no secret to sign in with. */
export interface StoredSession {
  /** SHA-256 of its secret, hexadecimal. */
  readonly digest: string;
  /** Id of the operator token that opened it. */
  readonly token: string;
  /** ms since 1970. */
  readonly openedAt: number;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Store of sessions, which survive a restart if the storage is durable. */
export type SessionStore = ReturnType<typeof sessionsIn>;

export function sessionsIn(documents: Documents) {
  const kind = 'session';
  return {
    /** Adds a session; digests are of random secrets and never repeat. */
    async add(session: StoredSession): Promise<void> {
      const { digest, expiresAt } = session;
      await documents.change({ add: [{ kind, scope: '', key: digest, at: expiresAt, value: session }] });
    },
    get: (digest: string): Promise<StoredSession | undefined> => documents.get(kind, '', digest),
    /** Lists all sessions, oldest first. */
    async all(): Promise<readonly StoredSession[]> {
      const found = await documents.list<StoredSession>(kind);
      return found.map(({ value }) => value).sort((a, b) => a.openedAt - b.openedAt);
    },
    /** Removes a session; returns false if it doesn't exist. */
    async remove(digest: string): Promise<boolean> {
      return (await documents.change({ remove: [{ kind, scope: '', key: digest }] })) > 0;
    },
    /** Removes the sessions that expire at `time` (ms since 1970) or before. */
    async expire(time: number): Promise<void> {
      await documents.change({ forget: { kind, until: time } });
    },
  };
}

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
export interface SessionStore {
  /** Keeps a fresh session; digests are of random secrets and never come again. */
  add(session: KeptSession): Promise<void>;
  get(digest: string): Promise<KeptSession | undefined>;
  /** All of them, the oldest first. */
  all(): Promise<readonly KeptSession[]>;
  /** Ends a session. False where it is not there. */
  remove(digest: string): Promise<boolean>;
  /** Forgets those that expire at `time` (ms since 1970) or before. */
  expire(time: number): Promise<void>;
}

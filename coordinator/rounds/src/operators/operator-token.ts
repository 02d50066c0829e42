import type { Role } from '@murmuration/api/role';
import type { Page } from '../paging/paging.ts';
import type { TokenProof, Validity } from '../tokens/secret-token.ts';

/** Token with which an operator, or an operator's program, uses the admin API. */
export interface OperatorToken extends TokenProof, Validity {
  /** Name of its owner, for people and the audit log; need not be unique. */
  readonly name: string;
  readonly role: Role;
  /** ms since 1970. */
  readonly createdAt: number;
}

export interface OperatorTokenStore {
  /** Adds a new token; ids are random and never repeat. */
  add(token: OperatorToken): Promise<void>;
  get(id: string): Promise<OperatorToken | undefined>;
  /** Lists tokens, newest first. */
  list(page: Page): Promise<readonly OperatorToken[]>;
  /**
   * Revokes a token from `time` (ms since 1970) on, unless it is revoked already. Returns false if it
   * doesn't exist.
   */
  revoke(id: string, time: number): Promise<boolean>;
  /** True if any token is valid at `time`. */
  anyValid(time: number): Promise<boolean>;
}

import type { Role } from '@murmuration/api/role';
import type { Page } from '../paging/paging.ts';
import type { TokenProof, Validity } from '../tokens/secret-token.ts';

/** With which an operator, or a program of an operator's, uses the admin API. */
export interface OperatorToken extends TokenProof, Validity {
  /** Whose it is, for people and for the audit log; need not be unique. */
  readonly name: string;
  readonly role: Role;
  /** ms since 1970. */
  readonly createdAt: number;
}

export interface OperatorTokenStore {
  /** Keeps a fresh token; ids are random and never come again. */
  add(token: OperatorToken): Promise<void>;
  get(id: string): Promise<OperatorToken | undefined>;
  /** Newest first. */
  list(page: Page): Promise<readonly OperatorToken[]>;
  /** Makes a token invalid from `time` (ms since 1970) on, unless it is so already. False where it is not there. */
  revoke(id: string, time: number): Promise<boolean>;
  /** Whether any token is valid at `time`. */
  anyValid(time: number): Promise<boolean>;
}

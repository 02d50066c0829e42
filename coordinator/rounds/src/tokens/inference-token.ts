import type { InferenceToken } from '@murmuration/serving/access/tokens';
import type { Page } from '../paging/paging.ts';
import type { TokenProof, Validity } from './secret-token.ts';

/** Token with which a program uses the inference server, created at runtime. */
export interface StoredInferenceToken
  extends TokenProof,
    Validity,
    Pick<InferenceToken, 'name' | 'rights' | 'models' | 'rate' | 'quota'> {
  /** ms since 1970. */
  readonly createdAt: number;
}

export interface InferenceTokenStore {
  /** Adds a new token; ids are random and never repeat. */
  add(token: StoredInferenceToken): Promise<void>;
  get(id: string): Promise<StoredInferenceToken | undefined>;
  /** Lists tokens, newest first. */
  list(page: Page): Promise<readonly StoredInferenceToken[]>;
  /**
   * Lists tokens that were not revoked, including expired ones; `hasAny` is true if there ever was a token.
   */
  unrevoked(): Promise<{ readonly tokens: readonly StoredInferenceToken[]; readonly hasAny: boolean }>;
  /**
   * Revokes a token from `time` (ms since 1970) on, unless it is revoked already. Returns false if it
   * doesn't exist.
   */
  revoke(id: string, time: number): Promise<boolean>;
}

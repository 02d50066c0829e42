import type { InferenceToken } from '@murmuration/serving/access/tokens';
import type { Page } from '../paging/paging.ts';
import type { TokenProof, Validity } from './secret-token.ts';

/** With which a program asks the inference server, made while the coordinator runs. */
export interface StoredInferenceToken
  extends TokenProof,
    Validity,
    Pick<InferenceToken, 'name' | 'rights' | 'models' | 'rate' | 'quota'> {
  /** ms since 1970. */
  readonly createdAt: number;
}

export interface InferenceTokenStore {
  /** Keeps a fresh token; ids are random and never come again. */
  add(token: StoredInferenceToken): Promise<void>;
  get(id: string): Promise<StoredInferenceToken | undefined>;
  /** Newest first. */
  list(page: Page): Promise<readonly StoredInferenceToken[]>;
  /** Those that were not revoked, expired ones too, and whether there ever was any. */
  unrevoked(): Promise<{ readonly tokens: readonly StoredInferenceToken[]; readonly hasAny: boolean }>;
  /** Makes a token invalid from `time` (ms since 1970) on, unless it is so already. False where it is not there. */
  revoke(id: string, time: number): Promise<boolean>;
}

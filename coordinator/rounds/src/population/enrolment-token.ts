import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Page } from '../paging/paging.ts';
import type { TokenProof, Validity } from '../tokens/secret-token.ts';

/** What an operator gives to an app, so that its devices may enrol. */
export interface EnrolmentToken extends TokenProof, Validity {
  /** For people; need not be unique. */
  readonly name: string;
  /** Devices that may enrol with it; null: any number. */
  readonly maxUses: number | null;
  /** Devices that have. */
  readonly uses: number;
  /** ms since 1970. */
  readonly createdAt: number;
}

export interface EnrolmentTokenStore {
  /** Keeps a fresh token; ids are random and never come again. */
  add(token: EnrolmentToken): Promise<void>;
  get(id: string): Promise<EnrolmentToken | undefined>;
  /** Newest first. */
  list(page: Page): Promise<readonly EnrolmentToken[]>;
  /**
   * Counts a device as one that enrols with the token at `time` (ms since 1970), as one indivisible step. True where it counts, and again for a
   * device that counts already; false where the token is not there, not valid, or used up by others.
   */
  use(id: string, device: DeviceId, time: number): Promise<boolean>;
  /** The devices that have enrolled with a token. */
  users(id: string): Promise<readonly DeviceId[]>;
  /** The names of the tokens with which these devices have enrolled; those that used none of these tokens are left out. */
  namesOf(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, string>>;
  /** Makes a token invalid from `time` on, unless it is so already. False where it is not there. */
  revoke(id: string, time: number): Promise<boolean>;
}

import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Page } from '../paging/paging.ts';
import type { TokenProof, Validity } from '../tokens/secret-token.ts';

/** Token that an operator gives to an app, with which its devices enrol. */
export interface EnrolmentToken extends TokenProof, Validity {
  /** Name for people; need not be unique. */
  readonly name: string;
  /** Most devices that may enrol with it; null for no limit. */
  readonly maxUses: number | null;
  /** Devices that have enrolled with it. */
  readonly uses: number;
  /** ms since 1970. */
  readonly createdAt: number;
}

export interface EnrolmentTokenStore {
  /** Adds a new token; ids are random and never repeat. */
  add(token: EnrolmentToken): Promise<void>;
  get(id: string): Promise<EnrolmentToken | undefined>;
  /** Lists tokens, newest first. */
  list(page: Page): Promise<readonly EnrolmentToken[]>;
  /**
   * Counts a device as enrolled with the token at `time` (ms since 1970), atomically. Returns true if it
   * counts now or did before; false if the token doesn't exist, isn't valid, or is used up by other devices.
   */
  use(id: string, device: DeviceId, time: number): Promise<boolean>;
  /** Lists the devices that have enrolled with a token. */
  users(id: string): Promise<readonly DeviceId[]>;
  /** Returns the names of the tokens with which devices have enrolled, without devices that used none. */
  namesOf(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, string>>;
  /** Revokes a token from `time` on, unless it is revoked already. Returns false if it doesn't exist. */
  revoke(id: string, time: number): Promise<boolean>;
}

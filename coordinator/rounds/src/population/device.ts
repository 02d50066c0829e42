import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Page } from '../paging/paging.ts';

/** One installation of the SDK, identified by a key that it generated. */
export interface Device {
  readonly id: DeviceId;
  /** Ed25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * Certificate of the key by the enrolment authority, 68 bytes; undefined if the app has no such authority.
   */
  readonly certificate: Uint8Array | undefined;
  /** ms since 1970. */
  readonly enrolledAt: number;
  /** Time of its revocation, ms since 1970; null if it may take part. */
  readonly revokedAt: number | null;
}

export interface DeviceStore {
  get(id: DeviceId): Promise<Device | undefined>;
  /** Adds a device; returns false, and changes nothing, if its id is taken. */
  add(device: Device): Promise<boolean>;
  /** Counts the devices that are not revoked. */
  count(): Promise<number>;
  /**
   * Lists devices by time of enrolment, newest first: revoked ones, others, or all; with `prefix`, only ids
   * that begin with it.
   */
  list(page: Page, revoked?: boolean, prefix?: string): Promise<readonly Device[]>;
  /** Marks a device as revoked at `time`, ms since 1970; returns true if it was enrolled and not revoked. */
  revoke(id: DeviceId, time: number): Promise<boolean>;
  /** Takes back the revocation of a device; returns true if it was revoked. */
  reinstate(id: DeviceId): Promise<boolean>;
}

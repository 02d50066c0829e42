import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Page } from '../paging/paging.ts';

/** One installation of the SDK, known by the key that it made itself. */
export interface Device {
  readonly id: DeviceId;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The enrolment authority's certificate of the key (68 bytes), where the app has such an authority. */
  readonly certificate: Uint8Array | undefined;
  /** ms since 1970. */
  readonly enrolledAt: number;
  /** Since when it may take no part, ms since 1970; null: it may. */
  readonly revokedAt: number | null;
}

export interface DeviceStore {
  get(id: DeviceId): Promise<Device | undefined>;
  /** Keeps a device, unless one of its id is there: then that one stays as it is, and the answer is false. */
  add(device: Device): Promise<boolean>;
  /** Devices that are not revoked. */
  count(): Promise<number>;
  /** By time of enrolment, newest first: those that are revoked, those that are not, or all; with `prefix`, only those whose id begins with it. */
  list(page: Page, revoked?: boolean, prefix?: string): Promise<readonly Device[]>;
  /** Marks a device as revoked at `time` (ms since 1970); true where it was there and was not. */
  revoke(id: DeviceId, time: number): Promise<boolean>;
  /** Takes back that a device is revoked; true where it was. */
  reinstate(id: DeviceId): Promise<boolean>;
}

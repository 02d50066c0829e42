import type { DeviceId } from '@murmuration/protocol/ids';

/** One installation of the SDK, known by the key that it made itself. */
export interface Device {
  readonly id: DeviceId;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The enrolment authority's signature over the key (64 bytes), where the app has such an authority. */
  readonly certificate: Uint8Array | undefined;
  /** ms since 1970. */
  readonly enrolledAt: number;
}

export interface DeviceStore {
  get(id: DeviceId): Promise<Device | undefined>;
  /** Keeps a device, unless one of its id is there: then that one stays as it is, and the answer is false. */
  add(device: Device): Promise<boolean>;
  count(): Promise<number>;
}

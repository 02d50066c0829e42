import type { ThreatModel } from '@murmuration/protocol/secagg/assumptions';

/** Bits of each value of an update. */
export const valueBits = 8;

/** Something for one device, or of it: `device` counts from 0 in the order in which they entered. */
export interface Parcel {
  readonly device: number;
  readonly bytes: Uint8Array;
}

/** What the process of the devices is told to do, one phase of the round after the other. */
export type Order =
  | {
      readonly do: 'enter';
      readonly clients: number;
      /** Values of an update. */
      readonly dim: number;
      /** Bits of the ring in which updates are added up. */
      readonly width: number;
      readonly threat: ThreatModel;
      readonly corrupt: number;
      readonly dropping: number;
    }
  | { readonly do: 'deal'; readonly rosters: readonly Parcel[] }
  | { readonly do: 'contribute'; readonly bundles: readonly Parcel[] }
  | { readonly do: 'agree'; readonly statement: Uint8Array; readonly devices: readonly number[] }
  | { readonly do: 'reveal'; readonly agreed: readonly Parcel[] }
  | { readonly do: 'finish' };

/** A device as it entered: its keys message, and the certificate of its identity where there is an authority. */
export interface Entered {
  readonly identity: Uint8Array;
  readonly certificate: Uint8Array | undefined;
  readonly message: Uint8Array;
}

/** A masked update, and what its device signed with it. */
export interface MaskedUpdate extends Parcel {
  readonly signature: Uint8Array;
}

/** What came of the devices that contributed. */
export interface Finished {
  /** Their updates, added up unmasked; the weight is the last element. */
  readonly sum: Int32Array;
  /** Median of the CPU time of a device, in ms. */
  readonly cpuMs: number;
}

export type Report = readonly Entered[] | readonly Parcel[] | readonly MaskedUpdate[] | Finished;

import { ByteReader, concatBytes } from '../bytes.ts';
import { MurmurationError } from '../errors.ts';
import { packFlags } from './bitset.ts';
import { holdersOf, type MaskingGraph, neighboursOf } from './graph.ts';
import { keyBytes, signatureBytes } from './keys.ts';
import { dealingBytes } from './participant.ts';
import { boxBytes, shareHashBytes } from './sealed-share.ts';

/** What one device dealt to its neighbours, as the coordinator sees it. */
export interface Dealing {
  /** The hash of the device's seed. */
  readonly seedHash: Uint8Array;
  /** By the number of the neighbour. */
  readonly parcels: ReadonlyMap<number, Parcel>;
}

interface Parcel {
  readonly seedHash: Uint8Array;
  readonly maskingHash: Uint8Array;
  /** The hashes and the sealed shares, as they go to the neighbour. */
  readonly bytes: Uint8Array;
}

/** The dealings that count, by the number of the dealer. */
export type Dealings = ReadonlyMap<number, Dealing>;

const parcelBytes = 2 * shareHashBytes + boxBytes;

/** The neighbours of a device, ascending. */
export const neighbours = (graph: MaskingGraph, device: number): number[] =>
  neighboursOf(graph.parameters, graph.ring, device);

/** The devices that hold shares of a device's secrets, ascending. */
export const holders = (graph: MaskingGraph, device: number): readonly number[] =>
  holdersOf(graph.parameters, neighbours(graph, device), device);

/**
 * Reads the message of a device's `shares` phase.
 * @throws MurmurationError `secagg.share` where it has the wrong length or is not signed by the device
 */
export function readDealing(graph: MaskingGraph, dealer: number, message: Uint8Array): Dealing {
  const receivers = neighbours(graph, dealer);
  const bodyBytes = keyBytes + receivers.length * parcelBytes;
  if (message.length !== bodyBytes + signatureBytes) {
    throw new MurmurationError(
      'secagg.share',
      `The shares for ${receivers.length} neighbours have ${bodyBytes + signatureBytes} bytes.`,
    );
  }
  const signed = dealingBytes(graph.context, dealer, message.subarray(0, bodyBytes));
  const { identity } = graph.devices[dealer]!;
  if (!graph.context.primitives.ed25519.verify(identity, signed, message.subarray(bodyBytes))) {
    throw new MurmurationError('secagg.share', 'The shares are not signed by their dealer for this round.');
  }
  const reader = new ByteReader(message);
  const seedHash = reader.raw(keyBytes);
  const parcels = new Map<number, Parcel>();
  for (const receiver of receivers) {
    const bytes = reader.raw(parcelBytes);
    parcels.set(receiver, {
      seedHash: bytes.subarray(0, shareHashBytes),
      maskingHash: bytes.subarray(shareHashBytes, 2 * shareHashBytes),
      bytes,
    });
  }
  return { seedHash, parcels };
}

/**
 * The dealings that count once the phase has closed: without those of devices so few of whose holders dealt that
 * their secrets could not be recovered, of which there are none as long as losses stay within what the graph was made for.
 */
export function settleDealings(graph: MaskingGraph, dealings: Dealings): Dealings {
  const settled = new Map(dealings);
  for (let before = -1; before !== settled.size; ) {
    before = settled.size;
    for (const dealer of settled.keys()) {
      if (countOf(holders(graph, dealer), settled) < graph.parameters.threshold) settled.delete(dealer);
    }
  }
  return settled;
}

/** The shares that its neighbours dealt to one device: a flag for each neighbour that did, then 120 bytes for each of these. */
export function writeBundle(graph: MaskingGraph, dealings: Dealings, receiver: number): Uint8Array {
  const parcels = neighbours(graph, receiver).map(
    dealer => dealings.get(dealer)?.parcels.get(receiver)?.bytes,
  );
  return concatBytes(
    packFlags(parcels.map(parcel => parcel !== undefined)),
    ...parcels.filter(parcel => parcel !== undefined),
  );
}

/**
 * Throws `secagg.too-few` where, of the holders of some dealer's shares, fewer contributed than the threshold: then the masks
 * of these updates can't be taken off, and no statement may be made.
 */
export function refuseUnrecoverable(
  graph: MaskingGraph,
  dealings: Dealings,
  contributors: ReadonlySet<number>,
): void {
  for (const dealer of dealings.keys()) {
    const remaining = countOf(holders(graph, dealer), contributors);
    if (remaining < graph.parameters.threshold) {
      throw new MurmurationError(
        'secagg.too-few',
        `${remaining} devices that hold shares of device ${dealer} remain, and ${graph.parameters.threshold} are needed.`,
      );
    }
  }
}

const countOf = (devices: readonly number[], among: { has(device: number): boolean }): number =>
  devices.reduce((count, device) => count + Number(among.has(device)), 0);

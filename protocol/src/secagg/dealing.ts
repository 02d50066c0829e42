import { ByteWriter, concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import type { SigningKey } from '../primitives/primitives.ts';
import { bindInGraph, type GraphContext } from './context.ts';
import type { MaskingGraph } from './graph.ts';
import { keyBytes, signatureBytes } from './keys.ts';
import { parcelBytes } from './sealed-share.ts';

/** Message of one dealer: the hash of its seed and a parcel for each neighbour, all signed. */
export interface Dealing {
  /** Numbers of the neighbours, ascending. */
  readonly receivers: Uint32Array;
  /** Hash of the seed, then the parcels in the order of the receivers. */
  readonly body: Uint8Array;
}

/** Bytes of the message of a device's `shares` phase: 96, and 120 for each neighbour. */
export function dealingBytes(neighbours: number): number {
  return keyBytes + neighbours * parcelBytes + signatureBytes;
}

/** Encodes the message of a device's `shares` phase. */
export function writeDealing(
  context: GraphContext,
  identity: SigningKey,
  dealer: number,
  seed: Uint8Array,
  parcels: readonly Uint8Array[],
): Uint8Array {
  const body = concatBytes(seedHash(context, seed), ...parcels);
  return concatBytes(body, identity.sign(signedBytes(context, dealer, body)));
}

/**
 * Reads the message of a device's `shares` phase.
 * @throws MurmurationError `secagg.share` if it has the wrong length or is not signed by the device
 */
export function readDealing(graph: MaskingGraph, dealer: number, message: Uint8Array): Dealing {
  const receivers = graph.neighbours[dealer]!;
  const length = dealingBytes(receivers.length);
  if (message.length !== length) {
    throw new MurmurationError(
      'secagg.share',
      `Shares for ${receivers.length} neighbours have ${length} bytes, not ${message.length}.`,
    );
  }
  const body = message.subarray(0, length - signatureBytes);
  const signed = signedBytes(graph.context, dealer, body);
  const { identity } = graph.devices[dealer]!;
  if (!graph.context.primitives.ed25519.verify(identity, signed, message.subarray(body.length))) {
    throw new MurmurationError('secagg.share', 'The shares are not signed by their dealer for this round.');
  }
  return { receivers, body };
}

/** Parcel for one of the dealer's neighbours. */
export function parcelFor({ receivers, body }: Dealing, receiver: number): Uint8Array {
  let [low, high] = [0, receivers.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (receivers[middle]! < receiver) low = middle + 1;
    else high = middle;
  }
  const at = keyBytes + low * parcelBytes;
  return body.subarray(at, at + parcelBytes);
}

/** Hash by which the dealer commits to its seed. */
export const seedHashOf = ({ body }: Dealing): Uint8Array => body.subarray(0, keyBytes);

/** Hashes a seed. A seed has 256 random bits, so its hash reveals nothing of it. */
export function seedHash(context: GraphContext, seed: Uint8Array): Uint8Array {
  return context.primitives.sha256(bindInGraph(context, 'seed', seed));
}

function signedBytes(context: GraphContext, dealer: number, body: Uint8Array): Uint8Array {
  return bindInGraph(context, 'dealing', new ByteWriter(4).u32(dealer).bytes, body);
}

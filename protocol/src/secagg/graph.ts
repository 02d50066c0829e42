import { ByteWriter, concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { bind, type GraphContext, graphHash, type RoundContext } from './context.ts';
import { type DeviceKeys, TakenKeys } from './keys.ts';
import { type MerkleTree, merkleRoot, merkleTree } from './merkle.ts';
import type { GraphParameters } from './parameters.ts';
import { uniformIntegers } from './uniform.ts';

/**
 * Graph of the devices that mask with each other. Devices are numbered by the order of their identity keys; a
 * ring is drawn by a permutation that the Merkle root over all signed keys seeds; each device's neighbours
 * are those next to it on the ring. So the graph follows only from the set of keys, and a device that knows
 * the root can check its own place and its neighbours'.
 */
export interface MaskingGraph {
  readonly context: GraphContext;
  readonly parameters: GraphParameters;
  /** Keys of the devices, by number. */
  readonly devices: readonly DeviceKeys[];
  /** Leaf of each device in the Merkle tree, by number. */
  readonly leaves: readonly Uint8Array[];
  readonly tree: MerkleTree;
  /** Numbers of each device's neighbours, ascending, by number of the device. */
  readonly neighbours: readonly Uint32Array[];
}

/** Permutation of the devices. */
export interface Ring {
  /** Number of the device at each place. */
  readonly deviceAt: Uint32Array;
  /** Place of each device, by number. */
  readonly placeOf: Uint32Array;
}

/**
 * Draws the graph over the devices that sent keys; their order does not matter.
 * @throws MurmurationError `secagg.keys` if two have the same identity or key, `secagg.parameters` if the
 * parameters are for another number of devices
 */
export function drawGraph(
  context: RoundContext,
  keys: readonly DeviceKeys[],
  parameters: GraphParameters,
): MaskingGraph {
  if (keys.length !== parameters.devices) {
    throw new MurmurationError(
      'secagg.parameters',
      `The graph is for ${parameters.devices} devices, but ${keys.length} sent keys.`,
    );
  }
  const taken = new TakenKeys();
  for (const device of keys) taken.take(device);
  const devices = keys.toSorted((a, b) => compareBytes(a.identity, b.identity));
  const leaves = devices.map(device => leafOf(context, device));
  const tree = merkleTree(context.primitives, leaves);
  const root = merkleRoot(tree);
  const ring = drawRing(context, devices.length, root);
  const neighbours = devices.map((_, device) => neighboursOf(parameters, ring, device));
  const inGraph = { ...context, graph: graphHash(context, parameters, root) };
  return { context: inGraph, parameters, devices, leaves, tree, neighbours };
}

/** Leaf of a device in the Merkle tree: its identity, and the hash of its signed keys; 64 bytes. */
export const leafOf = (
  { primitives }: RoundContext,
  { identity, sealing, masking, signature }: DeviceKeys,
): Uint8Array => concatBytes(identity, primitives.sha256(concatBytes(sealing, masking, signature)));

/**
 * Draws the permutation that a Merkle root over `size` devices seeds: Fisher–Yates shuffle by a ChaCha20
 * stream.
 */
export function drawRing(context: RoundContext, size: number, root: Uint8Array): Ring {
  const seed = context.primitives.sha256(bind(context, 'ring', new ByteWriter(4).u32(size).bytes, root));
  const random = uniformIntegers(context.primitives, seed);
  const deviceAt = Uint32Array.from({ length: size }, (_, device) => device);
  for (let place = size - 1; place > 0; place--) {
    const other = random(place + 1);
    [deviceAt[place], deviceAt[other]] = [deviceAt[other]!, deviceAt[place]!];
  }
  const placeOf = new Uint32Array(size);
  deviceAt.forEach((device, place) => {
    placeOf[device] = place;
  });
  return { deviceAt, placeOf };
}

/** Numbers of the devices that mask with `device`, ascending. */
export function neighboursOf(
  { graph, devices, neighbours }: GraphParameters,
  ring: Ring,
  device: number,
): Uint32Array {
  if (graph === 'complete')
    return Uint32Array.from({ length: neighbours }, (_, i) => (i < device ? i : i + 1));
  const place = ring.placeOf[device]!;
  const numbers = new Uint32Array(neighbours);
  for (let i = 0; i < neighbours; i += 2) {
    const distance = i / 2 + 1;
    numbers[i] = ring.deviceAt[(place + distance) % devices]!;
    numbers[i + 1] = ring.deviceAt[(place - distance + devices) % devices]!;
  }
  return numbers.sort();
}

/**
 * Numbers of the devices that hold shares of a device's secrets, ascending, given its neighbours: these, and
 * in a complete graph the device itself. Since neighbourhood is mutual, these are also the devices whose
 * shares it holds.
 */
export function holdersOf({ graph, devices }: GraphParameters, neighbours: Uint32Array): Uint32Array {
  return graph === 'complete' ? Uint32Array.from({ length: devices }, (_, number) => number) : neighbours;
}

/** Point at which a device's shares are evaluated. */
export const pointOf = (device: number): number => device + 1;

/** Compares bytes lexicographically: below 0, 0 or above 0 if `a` is before, equal to or after `b`. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

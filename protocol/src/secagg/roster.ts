import { ByteReader, ByteWriter, concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import type { Assumptions } from './assumptions.ts';
import { type EnrolmentAuthority, isCertified } from './certificate.ts';
import { certificateBytes } from './certificate-form.ts';
import { type GraphContext, graphHash, graphKinds, type RoundContext } from './context.ts';
import { compareBytes, drawRing, leafOf, type MaskingGraph, neighboursOf } from './graph.ts';
import { type DeviceKeys, keyBytes, readKeys, signatureBytes, TakenKeys } from './keys.ts';
import { inclusionProof, provenRoot } from './merkle.ts';
import { checkParameters, fewestInAnySum, type GraphParameters } from './parameters.ts';

/** Part of the graph that a device knows: its own number, and its neighbours with their keys. */
export interface Neighbourhood {
  readonly parameters: GraphParameters;
  /** Number of this device in the graph. */
  readonly self: number;
  /** Numbers of its neighbours, ascending. */
  readonly neighbours: Uint32Array;
  /** Identity, sealing and masking key of each neighbour, 96 bytes for each. */
  readonly keys: Uint8Array;
  /** Hash of the graph (`graphHash`), 32 bytes. */
  readonly graph: Uint8Array;
}

const keyOf = ({ keys }: Neighbourhood, at: number): Uint8Array =>
  keys.subarray(at * keyBytes, (at + 1) * keyBytes);
export const identityOf = (all: Neighbourhood, i: number): Uint8Array => keyOf(all, 3 * i);
export const sealingKeyOf = (all: Neighbourhood, i: number): Uint8Array => keyOf(all, 3 * i + 1);
export const maskingKeyOf = (all: Neighbourhood, i: number): Uint8Array => keyOf(all, 3 * i + 2);

/** Context of a round with the graph that the roster proved. */
export const graphContext = <Context extends RoundContext>(
  context: Context,
  { graph }: Neighbourhood,
): Context & GraphContext => ({ ...context, graph });

/** Line of the roster. */
interface Entry {
  readonly number: number;
  readonly keys: DeviceKeys;
}

/** Conditions that a device insists on, whatever the coordinator says. */
export interface Demands {
  readonly assumptions: Assumptions;
  /** Minimum devices in a graph. */
  readonly smallestCohort: number;
  /** Minimum devices in a sum, by the statement and by the guarantee of a sparse graph even if peers lie. */
  readonly smallestSum: number;
  /** Authority that must have certified each neighbour; without one, the coordinator's roster is trusted. */
  readonly authority?: EnrolmentAuthority | undefined;
  /** Current day by the device's clock (`dayOf`), on which certificates must still be valid. */
  readonly today: number;
}

const headBytes = 18;
const leafBytes = 2 * keyBytes;
const entryBytes = (certified: boolean): number =>
  4 + 3 * keyBytes + signatureBytes + (certified ? certificateBytes : 0);

/**
 * Encodes the roster for one device: its number, its neighbours' signed keys, the leaf that follows each of
 * these in the list (so that no device is in it twice unnoticed), and the hashes that prove all their places
 * in the Merkle tree.
 */
export function writeRoster(graph: MaskingGraph, self: number): Uint8Array {
  const { parameters, devices, leaves, tree } = graph;
  const neighbours = graph.neighbours[self]!;
  const certified = neighbours.every(number => devices[number]!.certificate !== undefined);
  const known = Uint32Array.of(...neighbours, self).sort();
  const successors = successorsOf(known, parameters.devices);
  const proof = inclusionProof(tree, Uint32Array.of(...known, ...successors).sort());
  const length =
    headBytes + neighbours.length * entryBytes(certified) + successors.length * leafBytes + proof.length;
  const writer = new ByteWriter(length)
    .u8(graphKinds.indexOf(parameters.graph))
    .u32(parameters.devices)
    .u32(parameters.neighbours)
    .u32(parameters.threshold)
    .u32(self)
    .u8(Number(certified));
  for (const number of neighbours) {
    const { identity, sealing, masking, signature } = devices[number]!;
    writer.u32(number).raw(identity).raw(sealing).raw(masking).raw(signature);
    if (certified) writer.raw(devices[number]!.certificate!);
  }
  for (const number of successors) writer.raw(leaves[number]!);
  return writer.raw(proof).bytes;
}

/** Numbers that follow known ones (ascending) and are not known themselves, ascending. */
function successorsOf(known: Uint32Array, devices: number): Uint32Array {
  return known.map(number => number + 1).filter((next, i) => next < devices && next !== known[i + 1]);
}

/**
 * Reads the roster that the coordinator sent to the device with these keys, and checks everything that the
 * device can check: the parameters against its demands, the neighbours' signatures and certificates, that all
 * keys differ, and by the inclusion proof that the device and its neighbours have the places that the Merkle
 * root gives them, and each only one.
 *
 * @throws MurmurationError `secagg.roster`, `secagg.parameters`, `secagg.keys` or `crypto.low-order`,
 * depending on what fails; the device then leaves the round
 */
export function readRoster(
  context: RoundContext,
  own: DeviceKeys,
  demands: Demands,
  roster: Uint8Array,
): Neighbourhood {
  const reader = new ByteReader(roster);
  const graph = graphKinds[reader.u8()];
  if (graph === undefined)
    throw new MurmurationError('secagg.roster', 'The roster is of an unknown kind of graph.');
  const parameters = { graph, devices: reader.u32(), neighbours: reader.u32(), threshold: reader.u32() };
  const self = reader.u32();
  const certified = reader.u8() === 1;
  const smallest = Math.max(demands.smallestCohort, demands.smallestSum);
  if (parameters.devices < smallest) {
    throw new MurmurationError(
      'secagg.parameters',
      `The cohort has ${parameters.devices} devices; this device takes part in cohorts of ${smallest} or more.`,
    );
  }
  checkParameters(parameters, demands.assumptions);
  const inAnySum = fewestInAnySum(parameters, demands.assumptions);
  if (inAnySum !== undefined && inAnySum < demands.smallestSum) {
    throw new MurmurationError(
      'secagg.parameters',
      `This graph lets sums of ${inAnySum} devices be opened; this device takes part in sums of ${demands.smallestSum} or more.`,
    );
  }
  if (reader.remaining < parameters.neighbours * entryBytes(certified))
    throw new MurmurationError('secagg.roster', 'The roster ends early.');
  const entries: Entry[] = [];
  for (let i = 0; i < parameters.neighbours; i++) {
    const number = reader.u32();
    const identity = reader.raw(keyBytes);
    const message = reader.raw(2 * keyBytes + signatureBytes);
    const certificate = certified ? reader.raw(certificateBytes) : undefined;
    if (
      demands.authority &&
      !isCertified(context.primitives, demands.authority, identity, certificate, demands.today)
    ) {
      throw new MurmurationError(
        'secagg.roster',
        'A neighbour is not certified by the enrolment authority for this population and day.',
      );
    }
    entries.push({ number, keys: readKeys(context, identity, message, certificate) });
  }
  const root = provePlaces(context, parameters, { number: self, keys: own }, entries, reader);
  return {
    parameters,
    self,
    neighbours: Uint32Array.from(entries, ({ number }) => number),
    keys: concatBytes(...entries.flatMap(({ keys }) => [keys.identity, keys.sealing, keys.masking])),
    graph: graphHash(context, parameters, root),
  };
}

/** Checks the devices' places by the rest of the roster, and returns the Merkle root. */
function provePlaces(
  context: RoundContext,
  parameters: GraphParameters,
  self: Entry,
  neighbours: readonly Entry[],
  reader: ByteReader,
): Uint8Array {
  const { devices } = parameters;
  const taken = new TakenKeys();
  const entries = [...neighbours, self].sort((a, b) => a.number - b.number);
  for (const { keys } of entries) taken.take(keys);
  const known = Uint32Array.from(entries, ({ number }) => number);
  if (known.some((number, i) => number >= devices || number === known[i + 1]))
    throw new MurmurationError(
      'secagg.roster',
      'Two devices of the roster have one number, or one has none.',
    );
  const successors = successorsOf(known, devices);
  if (reader.remaining < successors.length * leafBytes)
    throw new MurmurationError('secagg.roster', 'The roster ends early.');
  const leaves = new Map<number, Uint8Array>(
    [
      ...entries.map(({ number, keys }): [number, Uint8Array] => [number, leafOf(context, keys)]),
      ...Array.from(successors, (number): [number, Uint8Array] => [number, reader.raw(leafBytes)]),
    ].sort(([a], [b]) => a - b),
  );
  const identities = [...leaves.values()].map(leaf => leaf.subarray(0, keyBytes));
  if (identities.some((identity, i) => i > 0 && compareBytes(identities[i - 1]!, identity) >= 0)) {
    throw new MurmurationError(
      'secagg.roster',
      'The devices of the roster are not numbered by the order of their identities.',
    );
  }
  const root = provenRoot(context.primitives, devices, leaves, reader.raw(reader.remaining));
  if (root === undefined)
    throw new MurmurationError('secagg.roster', 'The inclusion proof has the wrong length.');
  const expected = neighboursOf(parameters, drawRing(context, devices, root), self.number);
  if (!expected.every((number, i) => number === neighbours[i]!.number)) {
    throw new MurmurationError(
      'secagg.roster',
      'The neighbours are not those that the Merkle root gives this device.',
    );
  }
  return root;
}

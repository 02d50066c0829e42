import { ByteReader, ByteWriter, concatBytes } from '../bytes.ts';
import { MurmurationError } from '../errors.ts';
import { isCertified } from './certificate.ts';
import type { RoundContext } from './context.ts';
import { compareBytes, drawRing, leafOf, type MaskingGraph, neighboursOf } from './graph.ts';
import { type DeviceKeys, keyBytes, readKeys, signatureBytes, TakenKeys } from './keys.ts';
import { inclusionProof, provenRoot } from './merkle.ts';
import { type Assumptions, checkParameters, type GraphParameters } from './parameters.ts';

/** What a device knows of the graph: its own number, and its neighbours with their keys. */
export interface Neighbourhood {
  readonly parameters: GraphParameters;
  /** The number of this device in the graph. */
  readonly self: number;
  /** The numbers of its neighbours, ascending. */
  readonly neighbours: Uint32Array;
  /** Their sealing and masking keys, 64 bytes for each. */
  readonly keys: Uint8Array;
}

export const sealingKeyOf = ({ keys }: Neighbourhood, i: number): Uint8Array =>
  keys.subarray(2 * i * keyBytes, (2 * i + 1) * keyBytes);
export const maskingKeyOf = ({ keys }: Neighbourhood, i: number): Uint8Array =>
  keys.subarray((2 * i + 1) * keyBytes, (2 * i + 2) * keyBytes);

/** A line of the roster. */
interface Entry {
  readonly number: number;
  readonly keys: DeviceKeys;
}

/** What a device insists on, whatever the coordinator says. */
export interface Demands {
  readonly assumptions: Assumptions;
  /** The fewest devices among which it hides. */
  readonly smallestCohort: number;
  /** The key of the authority that must have certified each neighbour; without one, the coordinator's roster counts. */
  readonly enrolmentKey?: Uint8Array | undefined;
}

const graphKinds = ['harary', 'complete'] as const;
const headBytes = 18;
const entryBytes = (certified: boolean): number =>
  4 + 3 * keyBytes + signatureBytes + (certified ? signatureBytes : 0);

/**
 * The roster for one device: its number, its neighbours' signed keys (160 bytes each, 224 with a certificate), and the
 * hashes that prove all their places in the Merkle tree.
 */
export function writeRoster(graph: MaskingGraph, self: number): Uint8Array {
  const { parameters, devices, leaves, tree } = graph;
  const neighbours = graph.neighbours[self]!;
  const certified = neighbours.every(number => devices[number]!.certificate !== undefined);
  const proof = inclusionProof(tree, Uint32Array.of(...neighbours, self).sort());
  const writer = new ByteWriter(headBytes + neighbours.length * entryBytes(certified) + proof.length)
    .u8(graphKinds.indexOf(parameters.graph))
    .u32(parameters.devices)
    .u32(parameters.neighbours)
    .u32(parameters.threshold)
    .u32(self)
    .u8(Number(certified));
  for (const number of neighbours) {
    writer.u32(number).raw(leaves[number]!);
    if (certified) writer.raw(devices[number]!.certificate!);
  }
  return writer.raw(proof).bytes;
}

/**
 * Reads the roster that the coordinator sent to the device with these keys, and checks all that the device can check: the
 * parameters against its demands, the neighbours' signatures and certificates, that all keys differ, and by the inclusion
 * proof that the device and its neighbours have the places that the Merkle root gives them.
 *
 * @throws MurmurationError `secagg.roster`, `secagg.parameters`, `secagg.keys` or `crypto.low-order` by what fails; the
 *   device then leaves the round
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
  if (parameters.devices < demands.smallestCohort) {
    throw new MurmurationError(
      'secagg.parameters',
      `The cohort has ${parameters.devices} devices; this device takes part in cohorts of ${demands.smallestCohort} or more.`,
    );
  }
  checkParameters(parameters, demands.assumptions);

  if (reader.remaining < parameters.neighbours * entryBytes(certified))
    throw new MurmurationError('secagg.roster', 'The roster ends early.');
  const entries: Entry[] = [];
  for (let i = 0; i < parameters.neighbours; i++) {
    const number = reader.u32();
    const identity = reader.raw(keyBytes);
    const message = reader.raw(2 * keyBytes + signatureBytes);
    const certificate = certified ? reader.raw(signatureBytes) : undefined;
    if (
      demands.enrolmentKey &&
      !isCertified(context.primitives, demands.enrolmentKey, identity, certificate)
    ) {
      throw new MurmurationError('secagg.roster', 'A neighbour is not certified by the enrolment authority.');
    }
    entries.push({ number, keys: readKeys(context, identity, message, certificate) });
  }
  checkPlaces(context, parameters, { number: self, keys: own }, entries, reader.raw(reader.remaining));
  return {
    parameters,
    self,
    neighbours: Uint32Array.from(entries, ({ number }) => number),
    keys: concatBytes(...entries.flatMap(({ keys }) => [keys.sealing, keys.masking])),
  };
}

function checkPlaces(
  context: RoundContext,
  parameters: GraphParameters,
  self: Entry,
  neighbours: readonly Entry[],
  proof: Uint8Array,
): void {
  const taken = new TakenKeys();
  const known = [...neighbours, self].sort((a, b) => a.number - b.number);
  known.forEach(({ number, keys }, i) => {
    taken.take(keys);
    const before = known[i - 1];
    const inOrder =
      before === undefined ||
      (before.number < number && compareBytes(before.keys.identity, keys.identity) < 0);
    if (!inOrder || number >= parameters.devices) {
      throw new MurmurationError(
        'secagg.roster',
        'The devices of the roster are not numbered by the order of their identities.',
      );
    }
  });
  const leaves = new Map(known.map(({ number, keys }) => [number, leafOf(keys)]));
  const root = provenRoot(context.primitives, parameters.devices, leaves, proof);
  if (root === undefined)
    throw new MurmurationError('secagg.roster', 'The inclusion proof has the wrong length.');
  const expected = neighboursOf(parameters, drawRing(context, parameters.devices, root), self.number);
  if (!expected.every((number, i) => number === neighbours[i]!.number)) {
    throw new MurmurationError(
      'secagg.roster',
      'The neighbours are not those that the Merkle root gives this device.',
    );
  }
}

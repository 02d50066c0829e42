import { ByteWriter } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { type Evidence, writeAgreed } from './agreement.ts';
import { packFlags } from './bitset.ts';
import { type Dealing, parcelFor } from './dealing.ts';
import { holdersOf, type MaskingGraph } from './graph.ts';
import { parcelBytes } from './sealed-share.ts';

/** Valid dealings, by the number of the dealer. */
export type Dealings = ReadonlyMap<number, Dealing>;

/**
 * Dealings that remain valid once the phase has closed. Drops devices whose secrets could not be recovered,
 * since too few of their holders dealt; there are none as long as losses stay within what the graph was made
 * for.
 */
export function settleDealings(graph: MaskingGraph, dealings: Dealings): Dealings {
  const settled = new Map(dealings);
  for (let before = -1; before !== settled.size; ) {
    before = settled.size;
    for (const dealer of settled.keys()) {
      if (holdersAmong(graph, dealer, settled) < graph.parameters.threshold) settled.delete(dealer);
    }
  }
  return settled;
}

/** Flags for all devices of the graph: true for those that dealt. */
export function dealerFlags(graph: MaskingGraph, dealings: Dealings): Uint8Array {
  return packFlags(Array.from({ length: graph.parameters.devices }, (_, device) => dealings.has(device)));
}

/** Encodes the parcels for one device: `dealerFlags`, then 120 bytes from each neighbour that dealt. */
export function writeBundle(
  graph: MaskingGraph,
  dealings: Dealings,
  receiver: number,
  flags = dealerFlags(graph, dealings),
): Uint8Array {
  const dealt = Array.from(graph.neighbours[receiver]!, dealer => dealings.get(dealer));
  const parcels = dealt.filter(dealing => dealing !== undefined);
  const writer = new ByteWriter(flags.length + parcels.length * parcelBytes).raw(flags);
  for (const dealing of parcels) writer.raw(parcelFor(dealing, receiver));
  return writer.bytes;
}

/** Encodes the agreements for one device; `evidenceOf` returns the evidence about a neighbour, by number. */
export function agreedFor(
  graph: MaskingGraph,
  receiver: number,
  evidenceOf: (device: number) => Evidence | undefined,
): Uint8Array {
  return writeAgreed(Array.from(graph.neighbours[receiver]!, evidenceOf));
}

/**
 * Throws `secagg.too-few` if fewer holders of some dealer's shares contributed than the threshold: then the
 * masks of these updates can't be removed, and no statement may be made.
 */
export function refuseUnrecoverable(
  graph: MaskingGraph,
  dealings: Dealings,
  contributors: ReadonlySet<number>,
): void {
  const { threshold } = graph.parameters;
  for (const dealer of dealings.keys()) {
    const remaining = holdersAmong(graph, dealer, contributors);
    if (remaining < threshold) {
      throw new MurmurationError(
        'secagg.too-few',
        `${remaining} devices that hold shares of device ${dealer} remain, and ${threshold} are needed.`,
      );
    }
  }
}

function holdersAmong(graph: MaskingGraph, device: number, among: { has(device: number): boolean }): number {
  let count = 0;
  for (const holder of holdersOf(graph.parameters, graph.neighbours[device]!))
    count += Number(among.has(holder));
  return count;
}

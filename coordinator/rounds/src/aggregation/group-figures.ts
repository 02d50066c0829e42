import type { Mean } from '@murmuration/protocol/weights/quantize';

/** Distance of a group's mean from those of the others. */
export interface GroupFigures {
  /** L2 norm of its mean. */
  readonly norm: number;
  /** L2 distance to the coordinate-wise median of all means. */
  readonly distance: number;
}

/** Returns the figures that reveal a group unlike the others; `means` needs one group at least. */
export function groupFigures(means: ReadonlyMap<number, Mean>): ReadonlyMap<number, GroupFigures> {
  const deltas = Array.from(means.values(), ({ delta }) => delta);
  const norms = deltas.map(() => 0);
  const distances = deltas.map(() => 0);
  const values = new Float32Array(deltas.length);
  const upper = values.length >> 1;
  const lower = (values.length - 1) >> 1;
  for (let i = 0; i < deltas[0]!.length; i++) {
    for (let group = 0; group < values.length; group++) values[group] = deltas[group]![i]!;
    values.sort();
    const middle = (values[lower]! + values[upper]!) / 2;
    for (const [group, delta] of deltas.entries()) {
      norms[group] = norms[group]! + delta[i]! ** 2;
      distances[group] = distances[group]! + (delta[i]! - middle) ** 2;
    }
  }
  return new Map(
    Array.from(means.keys(), (group, place) => [
      group,
      { norm: Math.sqrt(norms[place]!), distance: Math.sqrt(distances[place]!) },
    ]),
  );
}

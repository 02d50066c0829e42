import { type Feature, isIn, sizeOf, type Tree } from './forest.ts';

/** Mean and spread over the trees of a forest. */
interface Share {
  /** Mean over the trees: from 0 to 1 if it is a share of the variance. */
  readonly mean: number;
  /** Standard deviation over the trees: how far they disagree. */
  readonly deviation: number;
}

/**
 * Returns the share of the variance that each feature explains on its own: the main effects of a functional
 * ANOVA of the trees (Hutter, Hoos & Leyton-Brown 2014, algorithm 2). They are exact for each tree, whose
 * leaves are boxes. The rest up to 1 are interactions. A tree of one leaf has no variance, and does not
 * count.
 */
export function mainEffects(forest: readonly Tree[], features: readonly Feature[]): Share[] {
  const shares = features.map((): number[] => []);
  for (const tree of forest) {
    const weights = tree.map(({ parts }) => parts.reduce((product, part) => product * sizeOf(part), 1));
    const mean = tree.reduce((sum, { value }, i) => sum + weights[i]! * value, 0);
    const variance = tree.reduce((sum, { value }, i) => sum + weights[i]! * (value - mean) ** 2, 0);
    if (variance <= 1e-12) continue;
    for (const [feature, pieces] of features.map((each, i) => piecesOf(tree, i, each)).entries()) {
      const own = pieces.reduce(
        (sum, { at, size }) => sum + size * (marginalOf(tree, feature, at) - mean) ** 2,
        0,
      );
      shares[feature]!.push(own / variance);
    }
  }
  return shares.map(values => {
    if (values.length === 0) return { mean: 0, deviation: 0 };
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      mean,
      deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
    };
  });
}

/**
 * Returns the expected value at a value of a feature, over all values of the others: mean and standard
 * deviation over the trees.
 */
export function marginal(forest: readonly Tree[], feature: number, at: number): Share {
  const values = forest.map(tree => marginalOf(tree, feature, at));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, deviation };
}

function marginalOf(tree: Tree, feature: number, at: number): number {
  let sum = 0;
  for (const { parts, value } of tree) {
    if (!isIn(parts[feature]!, at)) continue;
    sum += parts.reduce((product, part, i) => (i === feature ? product : product * sizeOf(part)), value);
  }
  return sum;
}

/** Returns the pieces of a feature on which a tree's marginal is constant: a value in each, and its size. */
function piecesOf(tree: Tree, feature: number, kind: Feature): { at: number; size: number }[] {
  if (kind.kind === 'class')
    return Array.from({ length: kind.classes }, (_, at) => ({ at, size: 1 / kind.classes }));
  const edges = new Set([0, 1]);
  for (const { parts } of tree) {
    const part = parts[feature]!;
    if ('low' in part) edges.add(part.low).add(part.high);
  }
  const order = [...edges].sort((one, other) => one - other);
  return order.slice(1).map((edge, i) => ({ at: (edge + order[i]!) / 2, size: edge - order[i]! }));
}

import { gaussianRenyi } from './gaussian-renyi.ts';
import type { Renyi } from './renyi.ts';

/**
 * Tree aggregation (Dwork et al. 2010; Kairouz et al. 2021, arXiv 2103.00039), for comparison only: noise of standard deviation z × clip on every node
 * of a binary tree over the steps. At published settings its error is about three times that of correlated noise.
 */

/** Nodes above one of so many steps, itself included, in the largest complete tree. */
const levelsOf = (steps: number): number => Math.floor(Math.log2(steps)) + 1;

/** Rényi differential privacy of trees, each over its steps, for a device with one part in each. */
export function treeRenyi(noiseMultiplier: number, trees: readonly number[]): Renyi {
  const levels = trees.reduce((sum, steps) => sum + levelsOf(steps), 0);
  return order => levels * gaussianRenyi(noiseMultiplier)(order);
}

/**
 * How much of each node goes into the estimate of a complete subtree with 2^level steps, root first: the mean of the root and of its children's
 * estimates that has the least variance (Honaker 2015).
 */
export function honakerWeights(level: number): readonly number[] {
  const root = 1 / (2 - 2 ** -level);
  return level === 0 ? [1] : [root, ...honakerWeights(level - 1).map(weight => (1 - root) * weight)];
}

/** Levels of the complete subtrees that make up the first `steps` steps: the ones of its binary digits. */
export function subtreesOf(steps: number): readonly number[] {
  const levels: number[] = [];
  for (let level = 0; 2 ** level <= steps; level++)
    if (Math.floor(steps / 2 ** level) % 2 === 1) levels.push(level);
  return levels;
}

/** Variance of the noise in the sum of the first steps, for nodes of variance 1: of the roots only, or of Honaker's estimate. */
export function treeVariance(steps: number, honaker = false): number {
  let sum = 0;
  for (const level of subtreesOf(steps))
    sum += honaker
      ? honakerWeights(level).reduce((total, weight, depth) => total + 2 ** depth * weight ** 2, 0)
      : 1;
  return sum;
}

/** By count of parts and by how long the next part has to wait after a block: the largest sum of squares within the block. */
type Best = Map<string, { readonly count: number; readonly wait: number; readonly squares: number }>;

/**
 * ρ of zero-concentrated differential privacy of one tree over all steps, for a device whose parts are at least `separation` steps apart, as often as
 * they fit: half the largest Σ (parts below a node)² over the complete nodes, / z². By dynamic programming over blocks; for small trees.
 */
export function treeRho(noiseMultiplier: number, steps: number, separation: number): number {
  const blocks = new Map<string, Best>();

  /** The best of a complete block of 2^level steps whose first part has to wait so long. */
  function block(level: number, wait: number): Best {
    const key = `${level} ${wait}`;
    let found = blocks.get(key);
    if (!found) {
      found = level === 0 ? single(wait) : withRoot(joined(block(level - 1, wait), level - 1));
      blocks.set(key, found);
    }
    return found;
  }

  function single(wait: number): Best {
    const best: Best = new Map();
    keep(best, 0, Math.max(0, wait - 1), 0);
    if (wait === 0) keep(best, 1, separation - 1, 1);
    return best;
  }

  function joined(before: Best, level: number): Best {
    const best: Best = new Map();
    for (const first of before.values())
      for (const second of block(level, first.wait).values())
        keep(best, first.count + second.count, second.wait, first.squares + second.squares);
    return best;
  }

  let all: Best = new Map([['', { count: 0, wait: 0, squares: 0 }]]);
  for (const level of [...subtreesOf(steps)].reverse()) all = joined(all, level);
  let largest = 0;
  for (const { squares } of all.values()) largest = Math.max(largest, squares);
  return largest / (2 * noiseMultiplier ** 2);
}

function withRoot(children: Best): Best {
  const best: Best = new Map();
  for (const { count, wait, squares } of children.values()) keep(best, count, wait, squares + count ** 2);
  return best;
}

function keep(best: Best, count: number, wait: number, squares: number): void {
  const key = `${count} ${wait}`;
  if ((best.get(key)?.squares ?? -1) < squares) best.set(key, { count, wait, squares });
}

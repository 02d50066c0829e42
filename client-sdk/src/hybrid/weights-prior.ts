/**
 * Initial weights of a mixture, which an app has fitted to later text of people after all
 * parts had learned. A device's held-out examples can't show as much: they are few, and rounds
 * have taught most parts their contents.
 */
export interface WeightsPrior {
  /**
   * Weights of `HybridOptions.personal` by name, each 0 to 1, at most 1 in
   * sum; the rest is the global model's.
   */
  readonly weights: Readonly<Record<string, number>>;
  /**
   * Weights by context: keys are the `confidence` digits of the models, in the order of `personal`, with `-`
   * for a model without one. Other contexts use `weights`.
   */
  readonly bins?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** Weight of the prior, in held-out questions of the device, in each bin and overall; above 0. */
  readonly questions: number;
}

/** Prior for the parts of a mixture, in order, the global model first. */
export interface PartsPrior {
  readonly all: readonly number[];
  readonly bins: ReadonlyMap<string, readonly number[]>;
  readonly questions: number;
}

/**
 * Returns the prior for the personal models with these names. If some of the `most` are missing, the others
 * share their weight, and all contexts have the same weights.
 */
export function priorOf(
  { weights, bins = {}, questions }: WeightsPrior,
  names: readonly string[],
  most: number,
): PartsPrior {
  const of = (each: Readonly<Record<string, number>>) => {
    const global = 1 - Object.values(each).reduce((sum, weight) => sum + weight, 0);
    const parts = [Math.max(0, global), ...names.map(name => each[name] ?? 0)];
    const sum = parts.reduce((all, weight) => all + weight, 0);
    return parts.map(weight => (sum > 0 ? weight / sum : 1 / parts.length));
  };
  return {
    all: of(weights),
    bins: new Map(names.length === most ? Object.entries(bins).map(([bin, each]) => [bin, of(each)]) : []),
    questions,
  };
}

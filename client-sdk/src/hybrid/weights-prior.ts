/**
 * Weights of a mixture to begin with, from an app that has fitted them to what people wrote after all parts had learned. A device's own
 * held-out examples can't say as much: there are few, and rounds have taught most of the parts what they hold.
 */
export interface WeightsPrior {
  /** Of the models of `HybridOptions.personal` by their names, each 0 to 1 and at most 1 together; the global model has the rest. */
  readonly weights: Readonly<Record<string, number>>;
  /**
   * The same where contexts are known so well: by the digits that the models give as `confidence`, in the order of `personal`, `-` for one that
   * gives none. Other contexts have `weights`.
   */
  readonly bins?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** Held-out questions of the device as which they count, in each bin and in all; above 0. */
  readonly questions: number;
}

/** For the parts of a mixture in their order, the global model first. */
export interface PartsPrior {
  readonly all: readonly number[];
  readonly bins: ReadonlyMap<string, readonly number[]>;
  readonly questions: number;
}

/**
 * For the personal models of these names. Where some of the `most` are not there, the others share what they had, and all contexts
 * have the same.
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

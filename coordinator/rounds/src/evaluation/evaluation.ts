import type { Metrics } from './metrics.ts';

/** Figures of a model on held-out examples. */
export interface Evaluation {
  readonly metrics: Metrics;
  /**
   * Values of each metric for the single examples, such as 1 for a right answer, in the same order for every
   * model.
   */
  readonly examples?: Readonly<Record<string, ArrayLike<number>>>;
  /** Metrics of single parts of the examples, by the name of the part. */
  readonly slices?: Readonly<Record<string, Metrics>>;
}

/** Properties of a figure that an evaluator measures. */
export interface Measured {
  /** Direction of better values. */
  readonly better: 'higher' | 'lower';
  /** True if `examples` of its evaluations have it: the value of each example. */
  readonly byExample?: boolean;
}

/** Most values of single examples in an evaluation, of one metric and of all. */
const maxMetricValues = 100_000;
const maxEvaluationValues = 1_000_000;
const mostSlices = 1_000;

/**
 * Returns the answer of an evaluator as an evaluation. Throws an `Error` for values that are not finite, and
 * for more than is kept in memory.
 */
export function evaluationOf(answer: Metrics | Evaluation): Evaluation {
  const evaluation = isEvaluation(answer) ? answer : { metrics: answer };
  const { metrics, examples = {}, slices = {} } = evaluation;
  requireFinite(metrics, '');
  const parts = Object.entries(slices);
  if (parts.length > mostSlices)
    throw new Error(`The evaluation has ${parts.length} slices; ${mostSlices} are the most.`);
  for (const [slice, part] of parts) requireFinite(part, ` in the slice ${slice}`);
  let values = 0;
  for (const [name, each] of Object.entries(examples)) {
    values += each.length;
    if (each.length > maxMetricValues || values > maxEvaluationValues)
      throw new Error(
        `The evaluation has too many values of single examples: at most ${maxMetricValues} of one metric, and ${maxEvaluationValues} of all.`,
      );
    for (let at = 0; at < each.length; at++)
      if (!Number.isFinite(each[at]))
        throw new Error(`The evaluation gave ${each[at]} for the metric ${name} of example ${at}.`);
  }
  return evaluation;
}

function requireFinite(metrics: Metrics, where: string): void {
  for (const [name, value] of Object.entries(metrics))
    if (!Number.isFinite(value))
      throw new Error(`The evaluation gave ${value} for the metric ${name}${where}.`);
}

function isEvaluation(answer: Metrics | Evaluation): answer is Evaluation {
  return typeof answer.metrics === 'object';
}

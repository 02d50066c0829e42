import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { withDeadline } from '@murmuration/protocol/time/deadline';
import { type Evaluation, evaluationOf } from './evaluation.ts';
import type { Evaluator } from './evaluator.ts';
import type { Metrics } from './metrics.ts';

/** Evaluator of a task, with its time limit. */
export interface Measuring {
  readonly evaluator: Evaluator | null;
  readonly deadlines: {
    /** ms. */
    readonly evaluation: number;
  };
}

/** Returns the held-out metrics of a model; null without an evaluator. Throws as `evaluated`. */
export async function measure(
  measuring: Measuring,
  model: Parameters<Evaluator['evaluate']>[0],
  clock: Clock,
  signal?: AbortSignal,
): Promise<Metrics | null> {
  return (await evaluated(measuring, model, clock, signal))?.metrics ?? null;
}

/**
 * Returns the whole evaluation of a model; null without an evaluator. Throws `evaluation.timeout` after its
 * deadline, the reason of `signal` once that is aborted, and another error if a figure is not a finite
 * number.
 */
export async function evaluated(
  { evaluator, deadlines: { evaluation: limit } }: Measuring,
  model: Parameters<Evaluator['evaluate']>[0],
  clock: Clock,
  signal: AbortSignal = new AbortController().signal,
): Promise<Evaluation | null> {
  if (!evaluator) return null;
  const late = () =>
    new MurmurationError(
      'evaluation.timeout',
      `The evaluation of the new version was not ready within ${limit / 1_000} s, its deadline.`,
    );
  return evaluationOf(
    await withDeadline({ clock, limit, late, outer: signal }, stop => evaluator.evaluate(model, stop)),
  );
}

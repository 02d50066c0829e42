import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Metrics } from '../registry/model-version.ts';
import type { Evaluator } from './evaluator.ts';

/** The held-out metrics of a model; null without an evaluator. Throws where one is not a finite number. */
export async function measure(evaluator: Evaluator | null, model: ModelFiles): Promise<Metrics | null> {
  if (!evaluator) return null;
  const metrics = await evaluator.evaluate(model);
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) throw new Error(`The evaluation gave ${value} for the metric ${name}.`);
  }
  return metrics;
}

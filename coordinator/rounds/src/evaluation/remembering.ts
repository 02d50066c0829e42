import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type Evaluation, evaluationOf } from './evaluation.ts';
import type { Evaluator } from './evaluator.ts';

/**
 * Number of models whose evaluations are remembered: the champion, a challenger, and the version that is
 * being made.
 */
const maxRememberedModels = 3;

/**
 * Evaluator that does not repeat a recent evaluation of a model on the same examples: a gate compares what a
 * round has measured.
 */
class RememberingEvaluator implements Evaluator {
  readonly #evaluator: Evaluator;
  readonly #known = new BoundedMap<string, Evaluation>(maxRememberedModels);

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  get measures(): Evaluator['measures'] {
    return this.#evaluator.measures;
  }

  get slices(): Evaluator['slices'] {
    return this.#evaluator.slices;
  }

  revision(): string {
    return this.#evaluator.revision?.() ?? '';
  }

  async evaluate(model: ModelFiles, signal: AbortSignal): Promise<Evaluation> {
    const revision = this.revision();
    const key = JSON.stringify([model.hash, revision]);
    const known = this.#known.get(key);
    const evaluation = known ?? evaluationOf(await this.#evaluator.evaluate(model, signal));
    // If the examples have changed meanwhile, the evaluation may be of either revision.
    if (this.revision() !== revision) return evaluation;
    this.#known.set(key, evaluation);
    return evaluation;
  }

  close(): Promise<void> {
    this.#known.clear();
    return this.#evaluator.close();
  }
}

/** Wraps an evaluator so that it remembers its last evaluations. */
export function remembering(evaluator: Evaluator): Evaluator {
  return evaluator instanceof RememberingEvaluator ? evaluator : new RememberingEvaluator(evaluator);
}

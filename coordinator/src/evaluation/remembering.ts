import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type Evaluation, evaluationOf } from './evaluation.ts';
import type { Evaluator } from './evaluator.ts';

/** Models whose evaluations are remembered: the champion, a challenger, and the version that is being made. */
const most = 3;

/** An evaluator that measures no model twice in a row: what a round has measured, a gate compares. */
class RememberingEvaluator implements Evaluator {
  readonly #evaluator: Evaluator;
  readonly #known = new Map<ModelHash, Evaluation>();

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  get measures(): Evaluator['measures'] {
    return this.#evaluator.measures;
  }

  get slices(): Evaluator['slices'] {
    return this.#evaluator.slices;
  }

  async evaluate(model: ModelFiles, signal: AbortSignal): Promise<Evaluation> {
    const known = this.#known.get(model.hash);
    const evaluation = known ?? evaluationOf(await this.#evaluator.evaluate(model, signal));
    this.#known.delete(model.hash);
    this.#known.set(model.hash, evaluation);
    if (this.#known.size > most) this.#known.delete(this.#known.keys().next().value as ModelHash);
    return evaluation;
  }

  close(): Promise<void> {
    this.#known.clear();
    return this.#evaluator.close();
  }
}

/** The evaluator, which remembers its last evaluations from now on. */
export function remembering(evaluator: Evaluator): Evaluator {
  return evaluator instanceof RememberingEvaluator ? evaluator : new RememberingEvaluator(evaluator);
}

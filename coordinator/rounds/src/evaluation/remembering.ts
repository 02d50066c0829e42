import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type Evaluation, evaluationOf } from './evaluation.ts';
import type { Evaluator } from './evaluator.ts';

/** Models whose evaluations are remembered: the champion, a challenger, and the version that is being made. */
const most = 3;

/** An evaluator that measures no model twice in a row on the same examples: what a round has measured, a gate compares. */
class RememberingEvaluator implements Evaluator {
  readonly #evaluator: Evaluator;
  readonly #known = new Map<string, Evaluation>();

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
    // Of examples that changed meanwhile, nobody knows which it is of.
    if (this.revision() !== revision) return evaluation;
    this.#known.delete(key);
    this.#known.set(key, evaluation);
    if (this.#known.size > most) this.#known.delete(this.#known.keys().next().value as string);
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

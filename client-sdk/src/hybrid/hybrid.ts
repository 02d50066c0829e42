import type { ModelHash } from '@murmuration/protocol/ids/ids';

/** Source of an answer; `remote`: the coordinator, for a device that can't run the model. */
export type Source = 'hybrid' | 'global' | 'personal' | 'remote';

export interface HybridAnswer {
  /**
   * Probabilities of the task's classes, with the sum 1, or less if `own` has the rest; the model's outputs
   * where the task's `serving` says numbers.
   */
  readonly values: Float32Array;
  /**
   * Probabilities of numbers beyond the classes, seen on this device
   * (`Serving.own`); absent if there are none.
   */
  readonly own?: ReadonlyMap<number, number>;
  readonly source: Source;
  /** Global version that contributed; null if only the personal model answered. */
  readonly model: ModelHash | null;
}

export interface Prediction extends HybridAnswer {
  /** Id for `feedback`. */
  readonly id: string;
}

/** Performance of a model on the examples that the device holds out. */
export interface Score {
  /** Mean −ln probability of the true class, in nats; infinite where the model gave it probability 0. */
  readonly loss: number;
  /** Share, 0 to 1, of questions whose true class was the likeliest; `top3`: among the three likeliest. */
  readonly top1: number;
  readonly top3: number;
}

/**
 * Result of fitting the mixture p = λ · personal + (1 − λ) · global; data
 * that versions bring counts as global.
 */
export interface HybridReport {
  /** Global version of the report. */
  readonly model: ModelHash;
  /** λ, the total weight of personal models, 0 to 1; 0 where only the global model serves. */
  readonly lambda: number;
  /** Weight of each model except the global one, by name; those of personal models add up to `lambda`. */
  readonly lambdas: Readonly<Record<string, number>>;
  /**
   * Scores on the same `questions` held-out questions; `personal` is the personal part of the mixture, or the
   * best personal model where λ is 0.
   */
  readonly scores: { readonly global: Score; readonly personal: Score; readonly hybrid: Score };
  readonly questions: number;
}

/** Model that a device serves for one task: the global model mixed with personal ones. */
export interface Hybrid<Example = unknown> {
  /**
   * Predicts with the mixture or one of its parts.
   *
   * @param input what the task's `Serving.input` takes, such as the text before the caret.
   * @param source one part of the mixture, for comparison; `hybrid` by default, which falls back to what
   * there is.
   * @param signal ends the wait for an answer: of a model that loads, or of the coordinator where it is
   * asked.
   * @returns the prediction, or throws `hybrid.no-model` if no model is here yet, `hybrid.input` for an
   * invalid input, and `app.aborted` once `signal` is aborted.
   */
  predict(
    input: unknown,
    source?: 'hybrid' | 'global' | 'personal',
    signal?: AbortSignal,
  ): Promise<Prediction>;
  /**
   * Records the outcome of a prediction, such as `accepted`, `ignored` or `corrected`; repeats change
   * nothing. The device counts outcomes by version, and sends them only in masked sums, where
   * `TaskOptions.answers` allow a query of outcomes. Throws `request.not-found` for an id that is not of the
   * last 31 days, `feedback.conflict` if another outcome is recorded, `request.invalid` if an argument is not
   * a text, and `app.aborted` once `signal` is aborted; it may be counted all the same.
   */
  feedback(id: string, outcome: string, signal?: AbortSignal): Promise<void>;
  /**
   * Learns from a new example of the person, which `TaskOptions.examples` must also return from now on.
   * Throws `app.aborted` once `signal` is aborted; it is learned all the same.
   */
  observe(example: Example, signal?: AbortSignal): Promise<void>;
  /**
   * Learns from the device's examples now, and refits λ. Throws `training.stopped` once `signal` is
   * aborted, and the errors of training.
   */
  learn(signal?: AbortSignal): Promise<void>;
  /**
   * Returns the current report; null until the device has both kinds of
   * models and examples to compare them on.
   */
  report(): HybridReport | null;
}

import type { ModelHash } from '@murmuration/protocol/ids/ids';

/** Whose probabilities they are; `remote` where the coordinator answered for a device that can't run the model. */
export type Source = 'hybrid' | 'global' | 'personal' | 'remote';

/** What the models say. */
export interface Answer {
  /**
   * Probabilities of the task's classes, with the sum 1, or less where `own` has the rest; what the model's outputs say where the task's
   * `serving` says numbers.
   */
  readonly values: Float32Array;
  /** Those of numbers beyond the classes that came on this device (`Serving.own`); left out where there are none. */
  readonly own?: ReadonlyMap<number, number>;
  readonly source: Source;
  /** The global version that has a part in it; null where the personal model alone answered. */
  readonly model: ModelHash | null;
}

export interface Prediction extends Answer {
  /** Names it when its outcome is told. */
  readonly id: string;
}

/** How a model does on the examples that the device holds out. */
export interface Score {
  /** Mean −ln probability of what came, in nats; infinite where the model had ruled it out. */
  readonly loss: number;
  /** Shares, 0 to 1, of what came that was the likeliest, and among the three likeliest. */
  readonly top1: number;
  readonly top3: number;
}

/** What the device found out about its mixture p = λ · personal + (1 − λ) · global, where what versions bring besides the model is global. */
export interface HybridReport {
  /** The global version that it holds for. */
  readonly model: ModelHash;
  /** λ, the weight of everything personal, 0 to 1; 0 where the global model alone serves. */
  readonly lambda: number;
  /** The weight of each model but the global one, by its name; of the personal ones, their sum is `lambda`. */
  readonly lambdas: Readonly<Record<string, number>>;
  /** All on the same held-out questions, `questions` in number; `personal` is what of the mixture is personal, or the best personal model where λ is 0. */
  readonly scores: { readonly global: Score; readonly personal: Score; readonly hybrid: Score };
  readonly questions: number;
}

/** The model that a device serves for one task: the global one, mixed with what was learned here alone. */
export interface Hybrid<Example = unknown> {
  /**
   * @param input what the task's `Serving.input` takes, such as the text before the caret.
   * @param source one part of the mixture by itself, for comparison; `hybrid` by default, which falls back to what there is.
   * @param signal ends the wait for an answer: of a model that loads, or of the coordinator where it is asked.
   * @returns throws `hybrid.no-model` where there is nothing to answer with yet, `hybrid.input` for an input that the task does not take, and
   * `app.aborted` once `signal` is aborted.
   */
  predict(
    input: unknown,
    source?: 'hybrid' | 'global' | 'personal',
    signal?: AbortSignal,
  ): Promise<Prediction>;
  /**
   * Tells what became of a prediction, such as `accepted`, `ignored` or `corrected`; once more changes nothing. It is counted on the device by
   * version, and leaves it only in masked sums, where `TaskOptions.answers` allow a query of outcomes. Throws `request.not-found` for no id of
   * the last 31 days, `feedback.conflict` where another outcome of it is known, `request.invalid` for what is no text, and `app.aborted` once `signal` is
   * aborted; it may be counted all the same.
   */
  feedback(id: string, outcome: string, signal?: AbortSignal): Promise<void>;
  /**
   * Tells of an example that the person has just made, which `TaskOptions.examples` gives from now on as well. Throws `app.aborted` once `signal` is
   * aborted; it is learned from all the same.
   */
  observe(example: Example, signal?: AbortSignal): Promise<void>;
  /** Learns from the device's examples now, and chooses λ anew. Throws `training.stopped` once `signal` is aborted, and what training throws. */
  learn(signal?: AbortSignal): Promise<void>;
  /** Null before the device has both kinds of models and examples to compare them on. */
  report(): HybridReport | null;
}

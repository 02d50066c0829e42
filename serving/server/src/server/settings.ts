/** Limits of an inference server. */
export interface InferenceLimits {
  /**
   * Maximum requests that wait or are under way, of all models; more are refused with `prediction.too-many`.
   */
  readonly pending: number;
  /** Maximum requests that wait or are under way, of one model with all its versions. */
  readonly pendingPerModel: number;
  /** Maximum ms of a request, its wait included. */
  readonly deadline: number;
  /**
   * Maximum elements of all tensors of a request, a string counting as 32; also of values in its JSON or CSV,
   * a text counting as 4, a list or row as 8, an object as 32.
   */
  readonly elements: number;
  /** Maximum bytes of a request's unpacked body, and of an answer. */
  readonly body: number;
  /** Maximum bytes of all bodies that are read or processed at once; one token gets at most half of them. */
  readonly bodies: number;
}

/** Settings of batching the requests of one model. */
export interface Batching {
  /**
   * Maximum rows that run together, of requests that came while the model was busy; a request with more runs
   * on its own.
   */
  readonly maxBatch: number;
}

/** Settings of models in memory. */
export interface Memory {
  /** Maximum bytes of all models; the least requested ones are unloaded for others. */
  readonly budget: number;
  /** Milliseconds without requests after which a model is unloaded; null: never. */
  readonly idle: number | null;
}

/** Models loaded ahead of requests: names, or all. */
export type Preload = readonly string[] | 'all';

/**
 * Returns the limits that follow from others: four models can be as busy, and four bodies as long, as may be.
 * Smaller settings don't lower them, since a server may have one model, and many small bodies.
 */
export function derivedLimits({ pending, body }: Pick<InferenceLimits, 'pending' | 'body'>) {
  return {
    pendingPerModel: Math.max(256, Math.ceil(pending / 4)),
    // 256 MiB of FP32, however long the text is that they come in.
    elements: 2 ** 26,
    bodies: Math.max(256 << 20, 4 * body),
  };
}

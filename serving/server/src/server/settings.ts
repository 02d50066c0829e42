/** How much an inference server takes. */
export interface InferenceLimits {
  /** Requests that wait or are under way, of all models; more are refused with `prediction.too-many`. */
  readonly pending: number;
  /** The same, of one version of a model. */
  readonly pendingPerModel: number;
  /** ms that a request may take, its wait included. */
  readonly deadline: number;
  /** Elements of all tensors of a request, a string as 32; and values of its JSON or CSV, a text as 4, a list or row as 8, an object as 32. */
  readonly elements: number;
  /** Bytes of the body of a request, unpacked, and of an answer. */
  readonly body: number;
  /** Bytes of all bodies that are read or worked on at the same time; one token has half of them at most. */
  readonly bodies: number;
}

/** How requests of one model are put together. */
export interface Batching {
  /** Rows that run together at most; a request that has more runs by itself. */
  readonly maxBatch: number;
  /** ms that the first request waits for others; 0: together runs what has arrived while the model was busy. */
  readonly maxDelay: number;
}

/** What is kept in memory. */
export interface Memory {
  /** Bytes of all models; those asked least are unloaded for others. */
  readonly budget: number;
  /** ms after which a model that nobody asks is unloaded; null: never. */
  readonly idle: number | null;
}

/** Which models are loaded before anybody asks: names, or all. */
export type Preload = readonly string[] | 'all';

export const standardLimits: InferenceLimits = {
  pending: 1_024,
  pendingPerModel: 256,
  deadline: 30_000,
  elements: 2 ** 26,
  body: 64 << 20,
  bodies: 256 << 20,
};
export const standardBatching: Batching = { maxBatch: 32, maxDelay: 0 };
export const standardMemory: Memory = { budget: 2 ** 30, idle: null };

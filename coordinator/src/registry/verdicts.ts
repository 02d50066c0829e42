import type { ModelHash } from '@murmuration/protocol/ids';

/** How many devices took a version into service, and how many went on with the one before, since it did worse on their own examples. */
export interface Verdicts {
  readonly kept: number;
  readonly refused: number;
}

/** Numbers alone: which device said what is not kept. */
export interface VerdictStore {
  /** Adds to what is kept of each model, all or none. */
  add(counts: ReadonlyMap<ModelHash, Verdicts>): Promise<void>;
  /** Those of these models of which any device said something. */
  of(models: readonly ModelHash[]): Promise<ReadonlyMap<ModelHash, Verdicts>>;
  /** Forgets all but those of these models. */
  retain(models: ReadonlySet<ModelHash>): Promise<void>;
}

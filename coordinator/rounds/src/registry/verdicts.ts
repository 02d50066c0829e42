import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';

/**
 * Verdicts of a round's devices on a version: how many took it into service, and how many kept the one
 * before because the new one did worse on their own examples.
 */
export interface JudgedVersion {
  readonly model: ModelHash;
  readonly verdicts: VerdictCounts;
}

/** Store of verdicts as counts only, without device ids; rounds add to them as they are committed. */
export interface VerdictStore {
  /** Returns the verdicts on models, without those that have none. */
  of(models: readonly ModelHash[]): Promise<ReadonlyMap<ModelHash, VerdictCounts>>;
  /** Removes all verdicts except those on these models. */
  retain(models: ReadonlySet<ModelHash>): Promise<void>;
}

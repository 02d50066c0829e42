import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';

/** How many devices of a round took a version into service, and how many went on with the one before, since it did worse on their own examples. */
export interface Judged {
  readonly model: ModelHash;
  readonly verdicts: VerdictCounts;
}

/** Numbers alone, which rounds add to as they are committed: which device said what nobody knows. */
export interface VerdictStore {
  /** Those of these models of which any device said something. */
  of(models: readonly ModelHash[]): Promise<ReadonlyMap<ModelHash, VerdictCounts>>;
  /** Forgets all but those of these models. */
  retain(models: ReadonlySet<ModelHash>): Promise<void>;
}

import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Mean } from '@murmuration/protocol/weights/quantize';

/** The sum of a round's updates, added up as they arrive: memory O(model), whatever the number of updates. */
export interface RunningSum {
  /** What an update must look like. */
  readonly form: UpdateForm;
  /** Updates added. */
  readonly contributors: number;
  /** Adds an update as it came off the wire; one that is refused, with a code of `update.*`, leaves the sum untouched. */
  add(bytes: Uint8Array): void;
  /** The weighted mean of what was added; throws `update.impossible` where no updates of the plan could have led to it. */
  mean(): Mean;
}

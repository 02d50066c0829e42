import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { applyMasks, concatMasks, type Masks } from '@murmuration/protocol/secagg/mask-stream';
import { type RecoveredSecret, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';

export type UnmaskingJob =
  | {
      readonly kind: 'keys';
      readonly task: TaskName;
      readonly round: RoundId;
      readonly plan: Uint8Array;
      readonly graph: Uint8Array;
      readonly secrets: readonly RecoveredSecret[];
    }
  | {
      readonly kind: 'masks';
      readonly sum: Int32Array;
      readonly masks: Masks;
      readonly width: number;
      readonly from: number;
      readonly to: number;
    };

/** Runs a job of the pool: the masks of some secrets, or all masks on a range of the sum. */
export default function work(job: UnmaskingJob): Masks | null {
  if (job.kind === 'masks') {
    applyMasks(native, job.sum, job.masks, job.width, job.from, job.to);
    return null;
  }
  const { task, round, plan, graph, secrets } = job;
  const context = { primitives: native, task, round, plan, graph };
  return concatMasks(secrets.map(secret => unmaskingMasks(context, secret)));
}

import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { squares } from '../update/clip.ts';

/** Returns the error of a training with values that are not finite; `part` is the start of "… not finite". */
export const diverged = (part: string): MurmurationError =>
  new MurmurationError(
    'training.failed',
    `Training diverged: ${part} not finite. A lower learning rate helps.`,
  );

/**
 * Throws `training.failed` if the update is not finite, or if the plan weighs updates by a
 * loss that is negative or not finite.
 */
function requireFinite({ delta, metrics }: TrainingResult, { training }: Plan): void {
  if (!Number.isFinite(squares(delta))) throw diverged('the update is');
  const { initialLoss = 0 } = metrics;
  if (training.fairness && !(initialLoss >= 0 && initialLoss < Infinity))
    throw new MurmurationError(
      'training.failed',
      `The plan weighs devices by the loss of the model before it is trained, which is ${initialLoss}; 0 or more is needed.`,
    );
}

/**
 * Checks that the result is finite, runs `keep`, and returns the result. Under masks a device whose training
 * diverged goes on with an update of zeros, and `told` gets the error: otherwise a coordinator could make a
 * version that diverges where one word occurs, and see who leaves (SPEC.md, RD25). Throws what `keep` and
 * `requireFinite` throw otherwise.
 */
export async function unlessDiverged(
  result: TrainingResult,
  plan: Plan,
  keep: () => Promise<void>,
  told: (error: MurmurationError) => void,
): Promise<TrainingResult> {
  try {
    requireFinite(result, plan);
    await keep();
    return result;
  } catch (error) {
    const isHidden = plan.masking && error instanceof MurmurationError && error.code === 'training.failed';
    if (!isHidden) throw error;
    told(error);
    return { ...result, delta: result.delta.fill(0), metrics: { ...result.metrics, initialLoss: 0 } };
  }
}

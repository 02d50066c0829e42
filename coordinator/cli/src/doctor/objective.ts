import { requireObjective } from '@murmuration/engine/objective/objective-of';
import * as tf from '@murmuration/engine/tf';
import type { LocalTask } from '../arguments/local-task.ts';
import { reason } from './finding.ts';

/** Number of examples that are checked. */
const checkedExamples = 8;

/**
 * Finds values of a task module's exports `objective` and `examples` that its model does not accept; returns
 * ends of sentences, none if all fit.
 */
export async function misfitsOf(
  { objective, examples }: Partial<LocalTask>,
  model: tf.LayersModel,
): Promise<readonly string[]> {
  if (objective === undefined) return [];
  const misfits: string[] = [];
  try {
    const { serving } = requireObjective(objective, 'Its "objective"');
    const outputs = model.outputs.reduce((sum, { shape }) => sum + (shape.at(-1) ?? 0), 0);
    if (serving && !serving.grows && serving.classes !== outputs)
      misfits.push(
        `its "objective" is of ${serving.classes} ${serving.says ?? 'classes'}, and its model has ${outputs} outputs`,
      );
    if (typeof examples !== 'function') return misfits;
    const rows = objective.encode((await examples(0, 1)).slice(0, checkedExamples));
    if (rows.size > 0) misfits.push(...batchMisfits(objective, rows.batch(Uint32Array.of(0)), model));
  } catch (error) {
    misfits.push(`its "objective" can't take its "examples": ${reason(error)}`);
  }
  return misfits;
}

function batchMisfits(
  { loss }: LocalTask['objective'],
  batch: ReturnType<ReturnType<LocalTask['objective']['encode']>['batch']>,
  model: tf.LayersModel,
): readonly string[] {
  const { inputs, labels } = batch;
  const [takes, gives] = [model.inputs, model.outputs].map(tensors => tensors.map(shapeOf).join(' and '));
  const shapes = `the objective gives inputs ${shapeOf(inputs)} and labels ${shapeOf(labels)}, the model takes ${takes} and gives ${gives}`;
  try {
    const [value] = tf.tidy(() => loss(model, batch).dataSync());
    return Number.isFinite(value) ? [] : [`the loss of its first example is ${value}; ${shapes}`];
  } catch (error) {
    return [`its "objective" does not fit its model: ${reason(error)}; ${shapes}`];
  } finally {
    tf.dispose({ ...batch });
  }
}

/** Formats a shape such as `[batch, 28, 28, 1]`; the first axis is that of the batch. */
const shapeOf = ({ shape }: { readonly shape: readonly (number | null)[] }) =>
  `[${['batch', ...shape.slice(1).map(length => length ?? 'any')].join(', ')}]`;

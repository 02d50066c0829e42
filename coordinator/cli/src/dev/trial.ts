import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { decodeModel, encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { measure } from '@murmuration/rounds/evaluation/measure';
import type { LocalTask } from '../arguments/local-task.ts';

/** Result of a trial. */
export interface Tried {
  /** Number of values of the model. */
  readonly values: number;
  /** Number of examples of each device. */
  readonly examples: readonly number[];
  /** Mean loss of the training step, in the unit of the objective. */
  readonly loss: number | undefined;
  /** Figures of the evaluation; null if the task has none. */
  readonly metrics: Readonly<Record<string, number>> | null;
}

/**
 * Builds the model, reads the examples of all devices, trains one step on those of the first and evaluates
 * once, so that errors of a round appear here. Throws `config.invalid`, naming what failed and why.
 */
export async function tryTask(local: LocalTask, devices: number, clock: Clock): Promise<Tried> {
  const { task, objective } = local;
  await startBackend();
  const model = await step('Making the model', () => firstModel(local));
  const all: (readonly unknown[])[] = [];
  for (let device = 0; device < devices; device++)
    all.push(
      await step(`Reading the examples of device ${device}`, async () =>
        requireExamples(await local.examples(device, devices), task.eligibility.minExamples),
      ),
    );
  const trainer = tfjsTrainer(objective);
  const settings = { ...task.training, epochs: 1, maxExamples: task.training.batchSize };
  try {
    const { delta, metrics } = await step('One training step on the examples of device 0', () =>
      trainer.train(model, settings, all[0]!, new AbortController().signal, () => {}),
    );
    if (!delta.every(Number.isFinite))
      throw failed('One training step on the examples of device 0', 'the weights are not finite afterwards');
    const measured = await step('The evaluation', () => measure(measuring(local), model, clock));
    return {
      values: model.layout.count,
      examples: all.map(({ length }) => length),
      loss: metrics.loss,
      metrics: measured,
    };
  } finally {
    await trainer.close();
  }
}

async function firstModel({ task }: LocalTask): Promise<ModelFiles> {
  const model = await task.model();
  try {
    const { topology, layout, weights } = describeModel(model);
    const { hash, json, weights: bytes } = encodeModel(topology, layout, weights);
    return decodeModel(hash, json, bytes);
  } finally {
    model.dispose();
  }
}

function measuring({ task: { evaluator, deadlines } }: LocalTask) {
  return { evaluator, deadlines };
}

function requireExamples(examples: unknown, least: number): readonly unknown[] {
  if (!Array.isArray(examples)) throw new Error('expected an array');
  const needed = Math.max(1, least);
  if (examples.length < needed)
    throw new Error(`there are ${examples.length} examples, and the task asks for at least ${needed}`);
  return examples;
}

async function step<Result>(what: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw failed(what, messageOf(cause), cause);
  }
}

function failed(what: string, why: string, cause?: unknown): MurmurationError {
  return new MurmurationError('config.invalid', `${what} failed: ${why.replace(/\.$/, '')}.`, { cause });
}

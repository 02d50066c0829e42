import type { MessagePort } from 'node:worker_threads';
import { startBackend } from '@murmuration/engine/backend/backend';
import { objectiveOf } from '@murmuration/engine/objective/objective-of';
import { type TrainerOptions, tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { Trainer } from '../training/trainer.ts';

export interface TrainingJob {
  /** Module whose default export is the `Objective`. */
  readonly objective: string;
  readonly options: TrainerOptions;
  readonly model: ModelFiles;
  readonly settings: TrainingSettings;
  readonly examples: readonly unknown[];
  /** Receives the finished share. */
  readonly progress: MessagePort;
}

let trainer: Promise<Trainer> | undefined;

async function createTrainer(module: string, options: TrainerOptions): Promise<Trainer> {
  const objective = await objectiveOf(module);
  await startBackend();
  return tfjsTrainer(objective, options);
}

/**
 * Trains; called by the pool. A stopped training ends with its thread.
 * @public
 */
export default async function train({
  objective,
  options,
  model,
  settings,
  examples,
  progress,
}: TrainingJob): Promise<TrainingResult> {
  trainer ??= createTrainer(objective, options).catch(cause => {
    // The next round tries again.
    trainer = undefined;
    throw cause;
  });
  const { signal } = new AbortController();
  try {
    const result = await (await trainer).train(model, settings, examples, signal, done =>
      progress.postMessage(done),
    );
    // Moves the delta without a copy; the library moves only objects with these symbols.
    return move({
      [transferableSymbol]: result.delta.buffer,
      [valueSymbol]: result,
    }) as unknown as TrainingResult;
  } finally {
    progress.close();
  }
}

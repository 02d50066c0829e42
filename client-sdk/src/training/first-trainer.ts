import type { TrainingPath } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Trainer } from './trainer.ts';
import { asError } from './training-errors.ts';

/** One way of training on a device. */
export interface NamedTrainer {
  /** For the event `engine`, in a few words, such as `a hidden web view`. */
  readonly name: string;
  readonly trainer: Trainer;
  /** Why this device can't train so, in a sentence without a full stop; undefined, or left out, where it may try. Asked before each training. */
  missing?(): string | undefined | Promise<string | undefined>;
}

/** What no other trainer would do better with. */
const lasting = new Set(['training.stopped', 'training.no-examples']);

/**
 * Trains by the first of several ways that this device has: one that is missing, or fails, makes room for the next, and the event `engine` says why.
 * Throws what the last one throws, with what was in the way of those before. The contribution is prepared by the session's own arithmetic.
 * Throws `options.invalid` without any.
 */
export function firstTrainer(trainers: readonly NamedTrainer[]): Trainer {
  if (trainers.length === 0)
    throw new MurmurationError('options.invalid', 'firstTrainer has to have a trainer at least.');
  return {
    async train(model, settings, examples, signal, progress) {
      const refusals: string[] = [];
      let last = new MurmurationError('training.unsupported');
      for (const { name, trainer, missing } of trainers) {
        try {
          const why = await missing?.();
          if (signal.aborted) throw new MurmurationError('training.stopped');
          if (why !== undefined) {
            refusals.push(`${name}: ${why}`);
            continue;
          }
          const result = await trainer.train(model, settings, examples, signal, progress);
          return { ...result, path: pathOf(result.path, name, refusals) };
        } catch (cause) {
          last = asError(cause);
          if (signal.aborted || lasting.has(last.code)) throw last;
          refusals.push(`${name}: ${last.detail.replace(/\.$/, '')}`);
        }
      }
      throw new MurmurationError(last.code, refusals.join('; '), { cause: last });
    },
    async close() {
      for (const { trainer } of trainers) await trainer.close();
    },
  };
}

function pathOf(path: TrainingPath | undefined, name: string, refusals: readonly string[]): TrainingPath {
  const reason = path ? `${name}: ${path.reason}` : name;
  return {
    ...(path ?? { engine: 'own' }),
    reason: [reason, ...refusals.map(each => `not ${each}`)].join('; '),
  };
}

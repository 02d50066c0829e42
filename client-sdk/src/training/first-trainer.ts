import type { TrainingPath } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Trainer } from './trainer.ts';
import { asError } from './training-errors.ts';

export interface NamedTrainer {
  /** Name for the event `engine`, in a few words, such as `a hidden web view`. */
  readonly name: string;
  readonly trainer: Trainer;
  /**
   * Returns the reason why this device can't use it, in a sentence without a full stop; undefined if it may
   * try. Called before each training.
   */
  missing?(): string | undefined | Promise<string | undefined>;
}

/** Errors that no other trainer would avoid. */
const lasting = new Set(['training.stopped', 'training.no-examples']);

/**
 * Returns a trainer that uses the first of several that works on this device: after one that is missing
 * or fails, the next is tried, and the event `engine` says why. Throws the last one's error, with the
 * reasons of all others. The session's own update processor prepares the contribution. Throws
 * `options.invalid` for an empty list.
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

import type { Objective } from '@murmuration/engine/objective/objective';
import { once } from '@murmuration/protocol/concurrency/once';
import type { Trainer } from '../training/trainer.ts';

/**
 * Trains with an objective on the caller's thread, for tests: instead of a worker, which a test may lack, or
 * whose errors it can't see. The engine is loaded with the first training.
 */
export function objectiveTrainer<Example>(
  objective: Objective<Example> | (() => Promise<Objective<Example>>),
): Trainer {
  const load = once(async () => {
    const { startBackend } = await import('@murmuration/engine/backend/backend');
    const { tfjsTrainer } = await import('@murmuration/engine/training/tfjs-trainer');
    await startBackend();
    return tfjsTrainer(typeof objective === 'function' ? await objective() : objective);
  });
  let isUsed = false;
  return {
    async train(...args) {
      isUsed = true;
      return (await load()).train(...args);
    },
    async close() {
      if (isUsed) await (await load()).close();
    },
  };
}

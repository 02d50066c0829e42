import type { Serving } from '@murmuration/engine/inference/serving';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { trials } from './trial.ts';
import type { Inference } from './inference.ts';

/**
 * Runs models in this thread, each topology once it was built in another. The engine is loaded with the first model, so that a process that
 * serves none does without it.
 */
export function nodeInference(serving: Serving<never>, tried = trials(systemClock)): Inference {
  let inference: Promise<Inference> | undefined;
  const start = async () => {
    const { startBackend } = await import('@murmuration/engine/backend/backend');
    const { tfjsInference } = await import('./tfjs-inference.ts');
    await startBackend();
    return tfjsInference(serving);
  };
  return {
    async open(model) {
      await tried(model);
      inference ??= start();
      return (await inference).open(model);
    },
    async close() {
      await (await inference)?.close();
    },
  };
}

import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Inference } from './inference.ts';

/**
 * Returns an inference in this thread; each model is `tried` first. The engine is loaded with the first
 * model, so a process that serves none does not load it.
 */
export function nodeInference(
  serving: Serving<never>,
  tried: (model: ModelFiles) => Promise<void> = async () => {},
): Inference {
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

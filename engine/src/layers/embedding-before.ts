import type * as tf from '../tfjs/tf.ts';

/** Nearest embedding before a layer, by breadth-first search. */
export function embeddingBefore(layer: tf.layers.Layer): tf.layers.Layer | undefined {
  const queue = new Set([layer]);
  for (const { inboundNodes } of queue) {
    for (const before of inboundNodes[0]?.inboundLayers ?? []) {
      if (before.getClassName() === 'Embedding') return before;
      queue.add(before);
    }
  }
  return undefined;
}

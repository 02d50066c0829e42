import type * as tf from '../tfjs/tf.ts';

/** The nearest embedding before a layer, found breadth first. */
export function embeddingBefore(layer: tf.layers.Layer): tf.layers.Layer | undefined {
  const queue = [layer];
  for (const { inboundNodes } of queue) {
    for (const before of inboundNodes[0]?.inboundLayers ?? []) {
      if (before.getClassName() === 'Embedding') return before;
      queue.push(before);
    }
  }
  return undefined;
}

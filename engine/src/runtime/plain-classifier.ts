import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { javascriptWorkspace } from '../fused/javascript.ts';
import { FusedPredictor } from '../fused/predictor.ts';
import { FusedScorer } from '../fused/scorer.ts';
import { storedTopologyOf } from '../fused/stored-topology.ts';
import type { Topology } from '../fused/topology.ts';
import type { Classifier } from '../inference/classifier.ts';
import { softmax } from '../inference/softmax.ts';
import { tokenClassifier } from '../inference/token-classifier.ts';

/**
 * Loads a model without TensorFlow.js and WebAssembly: one over tokens, or of dense layers. Throws
 * `model.unusable` for any other, or if its number of outputs is not `classes`, where given.
 */
export function plainClassifierOf({ topology, layout, weights }: ModelFiles, classes?: number): Classifier {
  const read = storedTopologyOf(topology, layout.tensors);
  if ('reason' in read)
    throw new MurmurationError('model.unusable', `The model does not run in JavaScript: ${read.reason}.`);
  const outputs = read.dense.at(-1)!.units;
  if (classes !== undefined && outputs !== classes)
    throw new MurmurationError('model.unusable', `The model has ${outputs} outputs, the task ${classes}.`);
  return read.features.kind === 'tokens'
    ? tokenClassifier(new FusedPredictor(javascriptWorkspace(), read, weights), () => {})
    : rowClassifier(read, read.features.shape, weights);
}

function rowClassifier(topology: Topology, shape: readonly number[], weights: Float32Array): Classifier {
  const scorer = new FusedScorer(javascriptWorkspace(), topology, weights);
  const size = sizeOf(shape);
  const classes = topology.dense.at(-1)!.units;
  const after = (input: readonly number[], firstClass?: number) => {
    if (input.length !== size) throw new RangeError(`The model takes ${size} features, not ${input.length}.`);
    let values = new Float32Array(0);
    scorer.score(input, { batch: 1, steps: 1 }, [0], (_, scores, offset) => {
      values = scores.slice(offset, offset + classes);
    });
    return firstClass === undefined ? values : softmax(values, firstClass);
  };
  return {
    after,
    at: (input, positions, hear, firstClass) => {
      for (const index of positions.keys()) hear(index, after(input, firstClass));
    },
    forget() {},
    dispose() {},
  };
}

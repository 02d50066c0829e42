// Exports without TensorFlow.js, for pages whose workers run the model.
export {
  type ClassifierOptions,
  classifierServing,
  type RegressorOptions,
  type Rows,
  regressorServing,
} from './inference/row-serving.ts';
export { type SequenceOptions, sequenceServing } from './inference/sequence-serving.ts';
export type { Questions, Serving } from './inference/serving.ts';

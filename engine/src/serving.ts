// What a page needs that asks a model which its workers run: no TensorFlow.js.
export {
  type ClassifierOptions,
  classifierServing,
  type RegressorOptions,
  type Rows,
  regressorServing,
} from './inference/row-serving.ts';
export { type SequenceOptions, sequenceServing } from './inference/sequence-serving.ts';
export type { Questions, Serving } from './inference/serving.ts';

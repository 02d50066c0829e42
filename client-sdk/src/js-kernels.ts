// The engine's kernels in JavaScript, for React Native: an entry of its own, since they are 300 kB.
export {
  type JsTrainerOptions,
  jsTrainer,
} from '@murmuration/engine/training/js-trainer';
export type { PlainObjective, PlainRows } from '@murmuration/engine/training/plain-objective';
export { jsInference } from './hybrid/js-inference.ts';

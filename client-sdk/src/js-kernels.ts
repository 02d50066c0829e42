// Kernels of the engine in JavaScript, for React Native; a separate entry because they take 300 kB.
export {
  type JsTrainerOptions,
  jsTrainer,
} from '@murmuration/engine/training/js-trainer';
export type { PlainObjective, PlainRows } from '@murmuration/engine/training/plain-objective';
export { jsInference } from './hybrid/js-inference.ts';

import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { Optimizer } from '../fused/descent.ts';

/** Defaults of a plan's `optimizer`: those of Kingma & Ba 2015, with the ε of tfjs for float32. */
const [squaresByDefault, epsilonByDefault] = [0.999, 1e-7];

/** Optimiser of a plan; it keeps no state of earlier trainings. */
export function optimizerOf({ optimizer }: TrainingSettings): Optimizer {
  if (!optimizer) return { kind: 'sgd' };
  const { kind, momentum, squares = squaresByDefault, epsilon = epsilonByDefault } = optimizer;
  if (kind === 'adam') return { kind, beta1: momentum, beta2: squares, epsilon };
  return { kind: 'momentum', momentum, nesterov: kind === 'nesterov' };
}

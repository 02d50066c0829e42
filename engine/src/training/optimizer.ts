import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { Optimizer } from '../fused/descent.ts';

/** What a plan's `optimizer` does where it does not say: as Kingma & Ba 2015, with the ε of tfjs for float32. */
const [squaresByDefault, epsilonByDefault] = [0.999, 1e-7];

/** How gradients become steps by a plan; it remembers nothing of earlier trainings. */
export function optimizerOf({ optimizer }: TrainingSettings): Optimizer {
  if (!optimizer) return { kind: 'sgd' };
  const { kind, momentum, squares = squaresByDefault, epsilon = epsilonByDefault } = optimizer;
  if (kind === 'adam') return { kind, beta1: momentum, beta2: squares, epsilon };
  return { kind: 'momentum', momentum, nesterov: kind === 'nesterov' };
}

import { threadedCentralTrainer } from '@murmuration/lifecycle/central/central-trainer';
import { unmaskerPool } from '@murmuration/rounds/masking/unmasker';
import { threadedNoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import type { CorePorts } from './core-ports.ts';
import type { Scope } from './scope.ts';

/**
 * Opens the worker threads; `threads` of them remove masks from a sum, 0: the thread that answers requests.
 */
export function openWorkers(
  { opened }: Pick<Scope, 'opened'>,
  threads: number | undefined,
): Pick<CorePorts, 'unmasker' | 'noise' | 'trainer'> {
  const unmasker = unmaskerPool(threads);
  opened.add(() => unmasker.close());
  const noise = threadedNoiseMaker();
  opened.add(() => noise.close());
  const trainer = threadedCentralTrainer();
  opened.add(() => trainer.close());
  return { unmasker, noise, trainer };
}

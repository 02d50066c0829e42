import { type BudgetPorts, PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import work from '@murmuration/rounds/privacy/worker';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';

/** Makes noise on the thread of the test. */
const noiseMaker: NoiseMaker = {
  make: async job => work(job),
  close: async () => {},
};

/** Privacy budgets in memory, for any number of devices. */
export function memoryBudgets(
  ports: Pick<BudgetPorts, 'random' | 'clock'> & Partial<BudgetPorts>,
): PrivacyBudgets {
  return new PrivacyBudgets({
    ledger: memoryPrivacy(),
    noise: noiseMaker,
    enrolled: () => Number.POSITIVE_INFINITY,
    ...ports,
  });
}

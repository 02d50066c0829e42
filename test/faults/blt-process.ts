// A budget with BLT noise as a process: `blt-process.ts FOLDER VALUES`. Makes the noise of one step after the other, the last one that was taken
// before once more, and says on standard output which step, and the hash of its noise.

import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import { threadedNoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import { openStorage } from '@murmuration/storage/storage';
import { bltTask, hashOf, noiseOf, seeded } from '../unit/coordinator/rounds/privacy/blt-steps.ts';

const [folder, values] = process.argv.slice(2);
const task = bltTask(1_000);
const clock = steadyClock();
const storage = await openStorage(folder, clock);
const budgets = new PrivacyBudgets({
  ledger: seeded(storage.privacy),
  noise: threadedNoiseMaker(),
  random: systemRandom,
  clock,
  enrolled: () => Number.POSITIVE_INFINITY,
});
await budgets.open(task.name);
const { budget, step: next } = (await budgets.next(task, false, Number(values)))!;
for (let step = Math.max(0, next - 1); ; step++)
  process.stdout.write(`step ${step} ${hashOf(await noiseOf(budgets, budget, step, Number(values)))}\n`);

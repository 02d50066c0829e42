// A privacy ledger as a process: `ledger-process.ts FOLDER`. Takes one step after the other, and says on standard output which, and its secret.

import { hex } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import { openStorage } from '@murmuration/storage/storage';

const [folder] = process.argv.slice(2);
const task = 'keyboard' as TaskName;
const terms = privacyOf({ epsilon: 4, delta: 1e-6, rounds: 10_000, separation: 1, noise: 'independent' });
const { privacy } = await openStorage(folder, steadyClock());
if ((await privacy.budgets(task)).length === 0)
  await privacy.open({ id: 'budget', task, terms, openedAt: 0 });
for (let step = (await privacy.budgets(task))[0]!.steps; ; step++) {
  const seeds = await privacy.claim({
    budget: 'budget',
    step,
    round: `round-${step}`.padEnd(22, '-') as RoundId,
    seed: systemRandom(32),
    contributors: ['device'.padEnd(22, '-') as DeviceId],
    oldest: 0,
  });
  process.stdout.write(`step ${step} ${hex(seeds.get(step)!)}\n`);
}

// Devices of the kill test as a process: `devices.ts URL FIRST COUNT SEED [CELL...]`. Tells its parent what was acknowledged. Those of cells,
// whose origins are named, have the tasks of these by turns, and in pairs sockets and plain HTTP.

import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { Dice } from '../fuzz/dice.ts';
import { cellTasks, enrolmentToken, taskName } from './agreed.mjs';

/** A coordinator has acknowledged the update of a device. */
export interface Acknowledged {
  readonly device: number;
  readonly round: string;
  readonly task: string;
}

/** ms that a training takes at most. */
const longest = 250;

/** Adds 1 to the value of its device: what a version gained, times its contributors, tells who they are. */
function markingTrainer(device: number, dice: Dice): Trainer {
  return {
    async train(model) {
      await new Promise(resolve => setTimeout(resolve, dice.below(longest)));
      const delta = new Float32Array(model.layout.count);
      delta[device] = 1;
      return { delta, examples: 1, metrics: {} };
    },
    async close() {},
  };
}

process.once('disconnect', () => process.exit());
const [url, first, count, seed, ...cells] = process.argv.slice(2);
for (let device = Number(first); device < Number(first) + Number(count); device++) {
  const trainer = markingTrainer(device, new Dice(Number(seed) + device));
  const task = cells.length > 0 ? cellTasks[device % cellTasks.length]! : taskName;
  const client = new FederatedClient({
    url: url!,
    tasks: { [task]: { examples: () => [device], trainer } },
    storage: memoryStorage(),
    enrolment: enrolmentToken,
    consent: 'not-needed',
    floors: simulatedFloors,
    ...(cells.length > 0 && { cells, cleartext: 'allowed', transport: device % 4 < 2 ? 'sockets' : 'http' }),
  });
  client.on('round', ({ round, phase }) => {
    // The device waits for the statement once its update was taken.
    if (phase === 'agreement') process.send!({ device, round, task } satisfies Acknowledged);
  });
  await client.start();
}

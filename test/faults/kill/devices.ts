// Devices of the kill test as a process: `devices.ts URL FIRST COUNT SEED`. Tells its parent what was acknowledged.
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { Dice } from '../fuzz/dice.ts';
import { enrolmentToken, markingTrainer, taskName } from './task.ts';

/** A coordinator has acknowledged something of a device. */
export interface Acknowledged {
  readonly device: number;
  readonly round: string;
  /** `update`: that it counts; `reveal`: what takes the masks off. */
  readonly what: 'update' | 'reveal';
}

const [url, first, count, seed] = process.argv.slice(2);
for (let device = Number(first); device < Number(first) + Number(count); device++) {
  const dice = new Dice(Number(seed) + device);
  const client = new FederatedClient({
    url: url!,
    tasks: {
      [taskName]: { examples: () => [device], trainer: markingTrainer(device, () => dice.below(250)) },
    },
    storage: memoryStorage(),
    enrolment: enrolmentToken,
  });
  client.on('round', ({ round, phase }) => {
    const tell = (what: Acknowledged['what']) =>
      process.send!({ device, round, what } satisfies Acknowledged);
    // The upload is followed by waiting for the survivors.
    if (phase === 'unmasking') tell('update');
    if (phase === 'counted') tell('reveal');
  });
  client.on('error', ({ code, message }) => process.stderr.write(`device ${device}: ${code} ${message}\n`));
  await client.start();
}

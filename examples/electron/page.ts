import { FederatedClient, indexedDbStorage, workerTrainer } from '@murmuration/client-sdk/browser';
import type { Power } from './preload.ts';

const { power, coordinator } = globalThis as unknown as { power: Power; coordinator?: string };
const status = document.querySelector('#status')!;
const points = Array.from({ length: 20 }, (_, i) => [i / 10 - 1, i / 5 - 1]);

const client = new FederatedClient({
  url: coordinator ?? 'http://127.0.0.1:8800',
  tasks: {
    line: {
      examples: () => points,
      trainer: workerTrainer(() => new Worker('./training.js', { type: 'module' })),
    },
  },
  storage: indexedDbStorage('line'),
  enrolment: 'anybody',
  // Points of a line describe no person; an app with personal examples asks, by setConsent.
  consent: 'not-needed',
  // Floors of a demonstration: three devices, twenty points, a round every few seconds.
  floors: {
    masking: 'honest-but-curious',
    smallestCohort: 3,
    smallestSum: 3,
    leastExamples: 20,
    uploadSlot: 0,
    contributions: { day: Number.POSITIVE_INFINITY, model: Number.POSITIVE_INFINITY },
  },
});
client.on('round', ({ number, phase }) => {
  status.textContent = `round ${number}: ${phase}`;
});
client.on('error', ({ detail }) => {
  status.textContent = detail;
});

/** Pauses while the machine is on battery. */
async function follow(isCharging: boolean): Promise<void> {
  if (isCharging) await client.resume();
  else await client.pause();
  if (!isCharging) status.textContent = 'Waits for mains.';
}

await client.start();
await follow(await power.isCharging());
power.watch(isCharging => void follow(isCharging));

import { App } from '@capacitor/app';
import { BackgroundRunner } from '@capacitor/background-runner';
import { Capacitor } from '@capacitor/core';
import { FederatedClient, indexedDbStorage, workerTrainer } from '@murmuration/client-sdk/browser';

const status = document.querySelector('#status')!;
const points = Array.from({ length: 20 }, (_, i) => [i / 10 - 1, i / 5 - 1]);

const client = new FederatedClient({
  url: new URLSearchParams(location.search).get('coordinator') ?? 'http://127.0.0.1:8800',
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

/** Shows the result that the runner has found while the app was away. */
async function news(): Promise<void> {
  if (!Capacitor.isNativePlatform()) return;
  const event = { label: 'org.example.line.look', event: 'news', details: {} };
  const { served } = await BackgroundRunner.dispatchEvent<{ served: number }>(event);
  if (served > 0) status.textContent = `version ${served} is served`;
}

// The system may stop the page of an app in the background: a device that leaves its round in time makes no
// other device wait.
await App.addListener('appStateChange', async ({ isActive }) => {
  if (!isActive) {
    await client.pause();
    status.textContent = 'Paused.';
    return;
  }
  await news();
  await client.resume();
});
await news();
await client.start();

import { FederatedClient, indexedDbStorage } from '@murmuration/client-sdk';
import { lineTrainer } from './line-trainer.js';

const points = Array.from({ length: 20 }, (_, i) => [i / 10 - 1, i / 5 - 1]);
const coordinator = new URL(location.href).searchParams.get('coordinator') ?? 'http://127.0.0.1:8800';

/** Sends a text to all open pages. */
async function say(text) {
  for (const page of await clients.matchAll({ includeUncontrolled: true })) page.postMessage(text);
}

/**
 * Takes part until a round has ended, or there is nothing to do. Rejects if the coordinator can't be reached;
 * the browser then tries the sync again.
 */
async function takePart() {
  const client = new FederatedClient({
    url: coordinator,
    tasks: { line: { examples: () => points, trainer: lineTrainer } },
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
      contributions: { day: Infinity, model: Infinity },
    },
  });
  const over = new Promise((resolve, reject) => {
    client.on('round', ({ number, phase }) => {
      void say(`round ${number}: ${phase}`);
      if (phase === 'ended') resolve();
    });
    client.on('wait', ({ after }) => after !== null && resolve());
    // Another wake-up of this browser already takes part.
    client.on('role', role => role === 'standby' && resolve());
    client.on('connection', ({ state, error }) => {
      if (state === 'waiting' || state === 'refused') reject(error);
    });
    client.on('error', ({ detail }) => void say(detail));
  });
  over.catch(() => {});
  try {
    await client.start();
    await over;
  } catch (error) {
    await say(error.detail ?? String(error));
    throw error;
  } finally {
    await client.stop();
  }
}

addEventListener('install', () => skipWaiting());
addEventListener('activate', event => event.waitUntil(clients.claim()));
// Fires once the network is back, even if no page is open any more.
addEventListener('sync', event => event.waitUntil(takePart()));
// Fires from time to time, in installed apps.
addEventListener('periodicsync', event => event.waitUntil(takePart()));

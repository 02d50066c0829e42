import { FederatedClient, indexedDbStorage, workerTrainer } from '@murmuration/client-sdk';

const status = document.querySelector('#status');
const points = Array.from({ length: 20 }, (_, i) => [i / 10 - 1, i / 5 - 1]);
const spawn = () => new Worker(new URL('./training.js', import.meta.url), { type: 'module' });

const client = new FederatedClient({
  url: new URLSearchParams(location.search).get('coordinator') ?? 'http://127.0.0.1:8800',
  tasks: { line: { examples: () => points, trainer: workerTrainer(spawn) } },
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
client.on('round', ({ number, phase }) => {
  status.textContent = `round ${number}: ${phase}`;
});
client.on('error', ({ detail }) => {
  status.textContent = detail;
});
await client.start();

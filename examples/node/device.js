import { FederatedClient, fileStorage } from '@murmuration/client-sdk';

const points = Array.from({ length: 20 }, (_, i) => [i / 10 - 1, i / 5 - 1]);

const client = new FederatedClient({
  url: process.env.COORDINATOR ?? 'http://127.0.0.1:8800',
  tasks: { line: { examples: () => points, trainer: new URL('./training.js', import.meta.url) } },
  storage: fileStorage(process.env.STATE ?? './device'),
  enrolment: process.env.ENROLMENT_TOKEN ?? 'anybody',
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
client.on('round', ({ number, phase }) => console.log(`round ${number}: ${phase}`));
client.on('error', ({ code, detail }) => console.error(`${code}: ${detail}`));
await client.start();
process.once('SIGINT', () => client.stop());

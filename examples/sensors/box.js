import { FederatedClient, fileStorage } from '@murmuration/client-sdk';
import { windows } from './data.js';

const [url, sensor] = process.argv.slice(2);
const floors = { masking: 'honest-but-curious', smallestCohort: 3, smallestSum: 3, uploadSlot: 0 };
const trainer = new URL('./objective.js', import.meta.url);
const client = new FederatedClient({
  url,
  transport: 'http', // no connection is held while it waits
  enrolment: 'anybody',
  consent: 'not-needed', // temperatures are nobody's
  storage: fileStorage(`box-${sensor}`),
  floors: { ...floors, contributions: { day: Infinity, model: 2 } },
  tasks: { sensors: { examples: () => windows(Number(sensor)), trainer } },
});
let last;
client.on('round', ({ number, phase }) => {
  const memory = `${Math.round(process.memoryUsage.rss() / 1e6)} MB`;
  if (phase !== last) console.log(`box ${sensor}: round ${number} ${phase}, ${memory}`);
  last = phase;
});
client.on('error', ({ code, detail }) => console.error(`box ${sensor}: ${code}, ${detail}`));
await client.start();

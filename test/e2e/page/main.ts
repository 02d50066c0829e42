import { FederatedClient, indexedDbStorage, workerTrainer } from '@murmuration/client-sdk/browser';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { examplesOf } from '../examples.ts';

/** What the test has put beside the page. */
interface Setup {
  readonly enrolment: string;
}

/** What the page says, one thing at a time. */
type Tell = (kind: string, what: string) => void;

const { tell } = globalThis as unknown as { tell?: Tell };
const list = document.querySelector('#events')!;

function say(kind: string, what: string): void {
  list.append(Object.assign(document.createElement('li'), { textContent: `${kind}: ${what}` }));
  tell?.(kind, what);
}

document.addEventListener('securitypolicyviolation', event => say('violation', event.violatedDirective));

const setup: Setup = await (await fetch('setup.json')).json();
const trainer = workerTrainer(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
const client = new FederatedClient({
  url: location.origin,
  tasks: {
    words: {
      examples: () => examplesOf(Number(new URLSearchParams(location.search).get('device') ?? 0)),
      trainer: {
        ...trainer,
        async train(...args) {
          const result = await trainer.train(...args);
          say('learned', JSON.stringify([...result.delta]));
          return result;
        },
      },
    },
  },
  storage: indexedDbStorage('e2e'),
  enrolment: setup.enrolment,
  consent: 'not-needed',
  floors: { ...simulatedFloors, masking: 'honest-but-curious', smallestSum: 3 },
});

let phase = '';
client.on('round', event => {
  if (event.phase !== phase) say('round', event.phase);
  phase = event.phase;
});
client.on('role', role => say('role', role));
client.on('engine', ({ engine }) => say('engine', engine));
client.on('connected', () => say('connected', ''));
client.on('disconnected', reason => say('disconnected', reason));
client.on('error', ({ code }) => say('error', code));
await client.start().catch(error => say('error', error.code));

import { FederatedClient, indexedDbStorage, workerTrainer } from '@murmuration/client-sdk';
import { options } from './app.js';
import { examples, name } from './examples.js';

const spawn = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const tasks = { [name]: { examples, trainer: workerTrainer(spawn) } };
const client = new FederatedClient({ ...options, tasks, storage: indexedDbStorage(name) });
const show = text => {
  document.querySelector('output').textContent = text;
};
client.on('role', show); // "standby" where another tab takes part
client.on('connection', ({ state, error }) => show(error ? error.detail : state));
client.on('round', ({ number, phase }) => show(`round ${number}: ${phase}`));
client.on('error', ({ detail }) => show(detail));
await client.start();

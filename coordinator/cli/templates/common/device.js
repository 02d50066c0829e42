import { FederatedClient, fileStorage } from '@murmuration/client-sdk';
import { options } from './app.js';
import { examples, name } from './examples.js';

const trainer = new URL('./objective.js', import.meta.url); // trains in a worker thread
const tasks = { [name]: { examples, trainer } };
const storage = fileStorage(process.argv[2] ?? './device');
const client = new FederatedClient({ ...options, tasks, storage });
client.on('round', ({ number, phase }) => console.log(`round ${number}: ${phase}`));
client.on('connection', ({ state, error }) => console.log(error ? error.detail : state));
client.on('error', ({ code, detail }) => console.error(code, detail));
await client.start();

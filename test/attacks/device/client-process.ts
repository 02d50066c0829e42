// One client as a process: `client-process.ts URL FOLDER`. Says on standard output what it is; stops at SIGTERM.
import { FederatedClient, fileStorage } from '@murmuration/client-sdk/node';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { enrolmentToken } from '../../e2e/line.ts';

const [url, folder] = process.argv.slice(2);
const client = new FederatedClient({
  url: url!,
  tasks: {
    line: { examples: () => [[1, 3]], trainer: { train: () => new Promise(() => {}), async close() {} } },
  },
  storage: fileStorage(folder!),
  enrolment: enrolmentToken,
  consent: 'not-needed',
  floors: simulatedFloors,
});
client.on('role', role => process.stdout.write(`${role}\n`));
client.on('connected', () => process.stdout.write('connected\n'));
client.on('error', ({ code }) => process.stdout.write(`error ${code}\n`));
process.once('SIGTERM', () => void client.stop().then(() => process.stdout.write('stopped\n')));
await client.start();

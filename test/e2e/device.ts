// One device as a process: `device.ts URL FOLDER [stall]`. Says on standard output where it stands; `stall` never ends its training.

import { FederatedClient, fileStorage } from '@murmuration/client-sdk/node';
import { startBackend } from '@murmuration/engine/backend/backend';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { enrolmentToken, lineTrainer } from './line.ts';

const [url, folder, stall] = process.argv.slice(2);
await startBackend();
const client = new FederatedClient({
  url: url!,
  tasks: {
    line: {
      examples: () => [[1, 3]],
      trainer: {
        ...lineTrainer,
        train: async (...args) => {
          process.stdout.write('training\n');
          return stall ? new Promise(() => {}) : lineTrainer.train(...args);
        },
      },
    },
  },
  storage: fileStorage(folder!),
  floors: simulatedFloors,
  enrolment: enrolmentToken,
  consent: 'not-needed',
});
await client.start();

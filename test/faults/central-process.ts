// A coordinator that trains by itself as a process: `central-process.ts FOLDER`. Says on standard output each version that it has stored.
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import { central } from '@murmuration/rounds/task/central';
import { defineTask } from '@murmuration/rounds/task/define-task';

const [storage] = process.argv.slice(2);
const coordinator = await createCoordinator(
  parseConfig({ port: 0, storage, openEnrolment: true, log: 'silent' }),
  [
    defineTask({
      name: 'central',
      model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
      plan: { learningRate: 0.1 },
      schedule: { every: '0 s' },
      training: central({
        examples: new URL('../e2e/central-line.ts', import.meta.url),
        data: { points: 40 },
      }),
      retrain: { until: { rounds: 1_000_000 } },
    }),
  ],
);
coordinator.events.on('version', ({ number, model }) => process.stdout.write(`version ${number} ${model}\n`));
await coordinator.start();
if ((await coordinator.runs.list('central', 99, 1)).length === 0)
  await coordinator.runs.begin('central', 'the test', '');

// A coordinator with training runs as a process: `training-runs-process.ts FOLDER`. Begins a run where none was begun yet, whose rounds fail for
// want of devices, and says on standard output which run is open and each of its rounds.
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { lineTask } from '../e2e/line.ts';

const [storage] = process.argv.slice(2);
const task = lineTask({
  deadlines: { gathering: '1 ms', updates: '5 s' },
  retrain: { until: { time: '1 d', failures: 10_000 } },
});
const coordinator = await createCoordinator(
  parseConfig({ port: 0, storage, openEnrolment: true, log: 'silent' }),
  [task],
);
coordinator.events.on('round-ended', ({ number }) => process.stdout.write(`round ${number}\n`));
await coordinator.start();
const [open] = await coordinator.runs.list('line', 99, 1);
const run = open ?? (await coordinator.runs.begin('line', 'the test', ''));
process.stdout.write(`run ${run.number} ${run.id}\n`);

// A coordinator of the marking task as a process: `marking-process.ts FOLDER PORT`. Says on standard output where it listens, each phase of a
// round, and how it ended.
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { enrolmentToken, lineTask } from '../e2e/line.ts';
import { markingTask } from '../e2e/marking-line.ts';

const [storage, port] = process.argv.slice(2);
const limit = '1 h';
const deadlines = {
  gathering: limit,
  messages: limit,
  updates: limit,
  // Whoever has not come back yet is waited for.
  grace: limit,
};
const config = parseConfig({ port: Number(port), storage, enrolmentTokens: [enrolmentToken], log: 'silent' });
const task = lineTask({ ...markingTask, deadlines, schedule: { every: limit } } as typeof markingTask);
const coordinator = await createCoordinator(config, [task]);
coordinator.events.on('round', ({ phase }) => process.stdout.write(`phase ${phase}\n`));
coordinator.events.on('round-ended', ({ number, outcome }) =>
  process.stdout.write(`ended ${number} ${outcome}\n`),
);
await coordinator.start();
process.stdout.write(`at ${coordinator.url}\n`);

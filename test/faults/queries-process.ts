// A coordinator with a query as a process: `queries-process.ts FOLDER PORT [ask]`. Its task is paused: devices are asked by command alone. Says on
// standard output where it listens, that the command was taken, each phase of a round, and how it ended.
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { enrolmentToken, lineTask } from '../e2e/line.ts';

const [storage, port, command] = process.argv.slice(2);
const limit = '2 min';
const task = lineTask({
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 4, minimum: 3, overSelection: 1 },
  deadlines: {
    gathering: limit,
    messages: limit,
    updates: limit,
    // Whoever has not come back yet is waited for.
    grace: limit,
  },
  queries: [
    defineQuery({
      name: 'spread',
      kind: 'histogram',
      bins: { edges: [0, 2, 4] },
      threshold: 3,
      quantiles: [],
    }),
  ],
} as Partial<TaskDefinition>);
const config = parseConfig({ port: Number(port), storage, enrolmentTokens: [enrolmentToken], log: 'silent' });
const coordinator = await createCoordinator(config, [task]);
const line = 'line' as TaskName;
await coordinator.control.pause(line);
coordinator.events.on('round', ({ phase }) => process.stdout.write(`phase ${phase}\n`));
coordinator.events.on('round-ended', ({ number, outcome }) =>
  process.stdout.write(`ended ${number} ${outcome}\n`),
);
await coordinator.start();
process.stdout.write(`at ${coordinator.url}\n`);
if (command === 'ask') {
  await coordinator.control.ask(line, 'spread');
  process.stdout.write('asked\n');
}

// A coordinator over the storage folder that is its first argument, which is killed as soon as something that it does by itself is in the storage:
// that a version is promoted, that a training run began, or
// that its gate, which is new or gone, has named or freed what is served.
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { enrolmentToken } from '../../e2e/line.ts';
import { steeredTask } from './steered-task.ts';

const [folder, moment] = process.argv.slice(2);
const storage = await openStorage(folder, systemClock);
const { aliases, runs } = storage;
const killed: Pick<Stores, 'aliases' | 'runs'> = {
  aliases: {
    ...aliases,
    async change(task, set, ...rest) {
      await aliases.change(task, set, ...rest);
      const named = set.find(({ alias }) => alias === 'champion');
      const isIt = {
        promotion: (named?.number ?? 0) > 0,
        naming: named !== undefined,
        freeing: rest[0]?.includes('champion'),
      }[moment!];
      if (isIt) process.kill(process.pid, 'SIGKILL');
    },
  },
  runs: {
    ...runs,
    async commit(task, step) {
      await runs.commit(task, step);
      if (moment === 'run' && step.runs.length > 0) process.kill(process.pid, 'SIGKILL');
    },
  },
};
const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken] });
const coordinator = await createCoordinator(config, [steeredTask(moment !== 'freeing')], {
  clock: systemClock,
  random: systemRandom,
  storage: { ...storage, ...killed },
});
await coordinator.start();
process.stdout.write(`It listens on ${coordinator.url}.\n`);

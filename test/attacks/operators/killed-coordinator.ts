// A coordinator over the storage folder that is its argument, which is killed as it is about to write down how an operator's action has ended.
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';

const storage = await openStorage(process.argv[2], systemClock);
const { audit } = storage;
const killed: typeof audit = {
  ...audit,
  append(entry, begun) {
    if (begun !== undefined) process.kill(process.pid, 'SIGKILL');
    return audit.append(entry, begun);
  },
};
const config = parseConfig({
  port: 0,
  log: 'silent',
  enrolmentTokens: [enrolmentToken],
  operatorTokens: JSON.parse(process.env['OPERATOR_TOKENS']!),
});
const { url } = await createCoordinator(config, [lineTask()], {
  clock: systemClock,
  random: systemRandom,
  storage: { ...storage, audit: killed },
});
process.stdout.write(`It listens on ${url}.\n`);

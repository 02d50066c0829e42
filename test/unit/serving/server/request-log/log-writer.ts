// Logs to the folder that it is given until it is killed, and says how many events the log has.
import { dirname, join } from 'node:path';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { JsonLines } from '@murmuration/serving/request-log/files/writer';
import { eventsOf, key } from './log-folder.ts';

const folder = process.argv[2]!;
const log = await JsonLines.open(
  {
    folder,
    size: 20_000,
    age: 86_400_000,
    gzip: true,
    chain: 'keyed',
    anchor: join(dirname(folder), 'anchor.json'),
    keepFor: null,
    keepBytes: null,
  },
  {
    clock: systemClock,
    random: systemRandom,
    key,
    fault: (where, error) => process.stderr.write(`${where}: ${error}\n`),
  },
);
for (let at = 0; ; at += 10) {
  await log.write(eventsOf(at, at + 10));
  process.stdout.write(`wrote ${at + 10}\n`);
}

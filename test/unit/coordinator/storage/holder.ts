// Opens the storage folder that it is given, says so, and holds it until it is ended.

import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';

try {
  await openStorage(process.argv[2]!, systemClock);
  process.stdout.write('It is mine.\n');
  process.stdin.resume();
  setInterval(() => {}, 60_000);
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}

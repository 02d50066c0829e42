// Brings the tables of a database file or address up to date, and is killed by the system once STEP has run: `killed-migration.ts PLACE STEP`.
import { migrate } from '@murmuration/storage/rows/migrate';
import { openRows } from './open-rows.ts';

const [place, last] = process.argv.slice(2) as [string, string];
const { rows, kind, steps } = await openRows(place);
const killing = steps.map(step => ({
  ...step,
  async up(...args: Parameters<typeof step.up>) {
    await step.up(...args);
    if (step.name === last) process.kill(process.pid, 'SIGKILL');
  },
}));
await migrate(rows, killing, kind);

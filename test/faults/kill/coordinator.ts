// The coordinator that is killed: `coordinator.ts FOLDER PORT`. Says line by line on standard output what it does, before it goes on.
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { parseConfig } from '@murmuration/coordinator/config';
import { createCoordinator } from '@murmuration/coordinator/main';
import { arrangements, type KillOrder, type Phase, phases } from './phases.ts';
import { enrolmentToken, killTask } from './task.ts';

const [storage, port] = process.argv.slice(2);
const cells = new Int32Array(new SharedArrayBuffer(4 * 3));
const say = (line: string) => writeSync(1, `${line}\n`);

const coordinator = await createCoordinator(
  parseConfig({ port: Number(port), storage, enrolmentTokens: [enrolmentToken], log: 'warn' }),
  [killTask()],
);
let last = '';
coordinator.events.on('round', ({ phase, terms }) => {
  const name: Phase = phase === 'published' || phase === 'failed' ? 'between' : phase;
  const line = `phase ${name} ${terms.id}`;
  if (line === last) return;
  last = line;
  say(line);
  Atomics.store(cells, arrangements.phase, phases.indexOf(name));
  Atomics.notify(cells, arrangements.phase);
});
coordinator.events.on('version', ({ number, model }) => say(`version ${number} ${model}`));
coordinator.events.on('fault', (where, error) => say(`fault ${where}: ${error}`));
process.on('message', ({ phase, after }: KillOrder) => {
  Atomics.store(cells, arrangements.delay, Math.round(1_000 * after));
  Atomics.store(cells, arrangements.target, phases.indexOf(phase));
  Atomics.notify(cells, arrangements.target);
});
process.once('SIGTERM', () => void coordinator.stop().then(() => process.exit(0)));
say(`ready ${coordinator.url}`);
await coordinator.start();
new Worker(new URL('./killer.ts', import.meta.url), { workerData: cells.buffer }).unref();

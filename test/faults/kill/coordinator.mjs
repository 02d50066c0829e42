// The coordinator that is killed, on the built packages, as operators run it: `coordinator.mjs STORAGE PORT`. Says line by line on
// standard output what happens, before it goes on.
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createCoordinator, defineTask, parseConfig } from '@murmuration/coordinator';
import * as tf from '@murmuration/engine/tf';
import { cells, devices, enrolmentToken, phases, taskName } from './agreed.mjs';

const [storage, port] = process.argv.slice(2);
const shared = new Int32Array(new SharedArrayBuffer(4 * Object.keys(cells).length));
/** @param {string} line */
const say = line => writeSync(1, `${line}\n`);

const limit = '10 s';
/** Rounds are short and masked, and some devices wait for the next one, so that none has to. */
const task = defineTask({
  name: taskName,
  model: () => {
    const dense = { units: 1, inputShape: [devices], useBias: false, kernelInitializer: 'zeros' };
    return tf.sequential({ layers: [tf.layers.dense(/** @type {any} */ (dense))] });
  },
  plan: { learningRate: 1 },
  update: { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform' },
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 6, minimum: 4, overSelection: 1 },
  deadlines: {
    gathering: limit,
    keys: limit,
    shares: limit,
    updates: limit,
    agreement: limit,
    unmasking: limit,
  },
  uploadSlot: 0,
  schedule: { every: 0 },
});
const config = parseConfig({
  port: Number(port),
  storage,
  standby: storage?.startsWith('postgres://'),
  enrolmentTokens: [enrolmentToken],
  log: 'silent',
});
const coordinator = await createCoordinator(config, [task]);

let last = '';
coordinator.events.on('round', ({ phase, terms }) => {
  const name = phase === 'published' || phase === 'failed' ? 'between' : phase;
  const line = `phase ${name} ${terms.id}`;
  if (line === last) return;
  last = line;
  say(line);
  Atomics.store(shared, cells.phase, phases.indexOf(name));
  Atomics.notify(shared, cells.phase);
});
coordinator.events.on('version', ({ number, model }) => say(`version ${number} ${model}`));
coordinator.events.on('fault', (where, error) => say(`fault ${where}: ${error}`));
process.on('message', message => {
  const { phase, after } = /** @type {import('./agreed.mjs').KillOrder} */ (message);
  Atomics.store(shared, cells.delay, Math.round(1_000 * after));
  Atomics.store(shared, cells.target, phases.indexOf(phase));
  Atomics.notify(shared, cells.target);
});
process.once('disconnect', () => process.exit());
const { user, system } = process.cpuUsage();
say(`ready ${coordinator.url} ${Math.round((user + system) / 1_000)}`);
await coordinator.start();
new Worker(new URL('./killer.mjs', import.meta.url), { workerData: shared.buffer }).unref();

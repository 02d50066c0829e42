// The coordinator that is killed, on the built packages, as operators run it: `coordinator.mjs STORAGE PORT [front|cell CONFIGURATION
// DEADLINE PARTS]`: JSON of what its configuration has besides, how long each phase of a round may take, and over how many cells rounds are spread. Says line by line on standard output what happens, before it goes on.
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createCoordinator, defineTask, parseConfig } from '@murmuration/coordinator';
import * as tf from '@murmuration/engine/tf';
import { cellDevices, cells, cellTasks, devices, enrolmentToken, phases, taskName } from './agreed.mjs';

const [storage, port, role, besides = '{}', limit = '10 s', parts = '1'] = process.argv.slice(2);
const shared = new Int32Array(new SharedArrayBuffer(4 * Object.keys(cells).length));
/** @param {string} line */
const say = line => writeSync(1, `${line}\n`);

const inModel = role ? cellDevices : devices;
/** Rounds are short and masked, and some devices wait for the next one, so that none has to. */
const definition = {
  model: () => {
    const dense = { units: 1, inputShape: [inModel], useBias: false, kernelInitializer: 'zeros' };
    return tf.sequential({ layers: [tf.layers.dense(/** @type {any} */ (dense))] });
  },
  plan: { learningRate: 1 },
  update: { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform' },
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3, smallestGroup: 3 },
  cohort: role
    ? { goal: 12, minimum: 8, overSelection: 1, cells: Number(parts) }
    : { goal: 6, minimum: 4, overSelection: 1 },
  deadlines: {
    gathering: limit,
    messages: limit,
    updates: limit,
  },
  uploadSlot: 0,
  schedule: { every: role ? '2 s' : 0 },
};
const names = role === 'front' ? [] : role === 'cell' ? cellTasks : [taskName];
const tasks = names.map(name => defineTask(/** @type {any} */ ({ name, ...definition })));
const config = parseConfig({
  port: Number(port),
  storage,
  standby: storage?.startsWith('postgres://'),
  ...(role && { role }),
  enrolmentTokens: [enrolmentToken],
  log: 'silent',
  ...JSON.parse(besides),
});
const coordinator = await createCoordinator(config, tasks);

let last = '';
coordinator.events.on('round', ({ phase, terms }) => {
  const name = phase === 'published' || phase === 'failed' ? 'between' : phase;
  const line = `phase ${name} ${terms.id} ${terms.plan.task}`;
  if (line === last) return;
  last = line;
  say(line);
  Atomics.store(shared, cells.phase, phases.indexOf(name));
  Atomics.notify(shared, cells.phase);
});
coordinator.events.on('version', ({ number, model, task }) => say(`version ${number} ${model} ${task}`));
coordinator.events.on('leads', leads => say(`leads ${leads}`));
coordinator.events.on('taken-over', (task, underWay, part) => {
  if (part === undefined) say(`took ${task} ${underWay}`);
});
coordinator.events.on('fault', (where, error) => {
  if (/** @type {{ code?: string }} */ (error)?.code !== 'storage.in-use')
    return say(`fault ${where}: ${error}`);
  // As `murmuration serve` ends then.
  say('replaced');
  void Promise.race([coordinator.stop(), new Promise(resolve => setTimeout(resolve, 5_000))]).finally(() =>
    process.exit(1),
  );
});
process.on('message', message => {
  const { phase, after, stop = false } = /** @type {import('./agreed.mjs').KillOrder} */ (message);
  Atomics.store(shared, cells.delay, Math.round(1_000 * after));
  Atomics.store(shared, cells.stop, Number(stop));
  Atomics.store(shared, cells.target, phases.indexOf(phase));
  Atomics.notify(shared, cells.target);
});
process.once('disconnect', () => process.exit());
const { user, system } = process.cpuUsage();
say(`ready ${coordinator.url} ${Math.round((user + system) / 1_000)}`);
await coordinator.start();
new Worker(new URL('./killer.mjs', import.meta.url), { workerData: shared.buffer }).unref();

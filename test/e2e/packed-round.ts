// Runs one round of three devices over memory and nothing else: no server, no database.
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { openTaskRounds } from '@murmuration/rounds/rounds/open-task-rounds';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { memoryStorage } from '@murmuration/storage/memory/storage';

const clock = systemClock;
const random = systemRandom;
const name = 'values' as TaskName;
const storage = memoryStorage(clock);
const task = defineTask({
  name,
  model: () => {
    throw new Error('Its first version is stored below.');
  },
  strategy: fedAvg(),
  masking: 'off',
  plan: { learningRate: 0.1 },
  update: { kind: 'float32', clip: 100 },
  cohort: { goal: 3, minimum: 3, overSelection: 1 },
  schedule: { every: '1 s' },
});
const layout = layoutOf([{ name: 'dense/kernel', shape: [2, 3] }]);
const registry = new Registry(storage.blobs, storage.history);
const first = { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(layout.count) };
await storeFirstVersion(task, first, registry, storage.history, clock);

const devices = ['ada', 'grace', 'mary'] as DeviceId[];
const parts: Assignment[] = [];
let ended = (_: RoundRecord) => {};
const over = new Promise<RoundRecord>(resolve => {
  ended = resolve;
});
let assigned = () => {};
const allAssigned = new Promise<void>(resolve => {
  assigned = resolve;
});
const noise = {
  make: async () => {
    throw new Error('No noise was asked for.');
  },
  close: async () => {},
};
const privacy = new PrivacyBudgets({
  ledger: storage.privacy,
  noise,
  random,
  clock,
  enrolled: () => devices.length,
});
const { rounds, checkIns } = openTaskRounds(task, {
  registry,
  privacy,
  clock,
  random,
  jitter: random,
  history: storage.history,
  store: storage.rounds,
  queryResults: storage.queryResults,
  events: new CoordinatorEvents(),
  unmasker: { unmask: async () => {}, close: async () => {} },
  channel: {
    devices,
    isConnected: () => true,
    assign: (_, assignment) => {
      if (parts.push(assignment) === devices.length) assigned();
    },
    feed() {},
    end() {},
    comeBack() {},
  },
  activePopulation: { of: () => ({ population: 3, connected: 3 }) },
  enrolled: () => devices.length,
  makeVersion: taskOf => versionMaker(taskOf, registry, clock, privacy),
  named: () => undefined,
  inUse: async () => [],
  versions: async () => [],
  traffic: () => ({ up: 0, down: 0 }),
  moments: {
    versionStored() {},
    convicted() {},
    settingsChanged() {},
    roundEnded: record => ended(record),
    roundNotBegun() {},
  },
});
await rounds.start();
for (const device of devices) checkIns.answer(device, { task: name, conditions: {} }, '0.2.0');
await allAssigned;
// Acknowledged means that it outlives a crash among others, so none waits for the next.
const round = rounds.current!;
await Promise.all(
  parts.map(({ assignment, token }, at) => {
    round.authenticate(assignment, token);
    const delta = new Float32Array(layout.count).fill(at + 1);
    const update = encodeUpdate(layout.hash, layout.count, { kind: 'float32', delta, weight: 1 });
    return round.accept(assignment, update);
  }),
);
const { outcome } = await over;
await rounds.stop();
const { files } = await registry.current(name);
process.stdout.write(`${[outcome, ...files.weights].join(' ')}\n`);

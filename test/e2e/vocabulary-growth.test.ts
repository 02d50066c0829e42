import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FederatedClient, fileStorage, fineTuned, ngramCache } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { growableWords, nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { growWeights } from '@murmuration/protocol/weights/growth';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import { Registry } from '@murmuration/rounds/registry/registry';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { enrolmentToken, eventOf } from './line.ts';
import { PackedProcess } from './processes.ts';

const before = new Vocabulary(['see', 'you', 'at', 'home', 'now', 'call', 'me', 'later']);
const after = new Vocabulary([...before.words, 'netherfield', 'brighton']);
const typed = Array.from(
  { length: 20 },
  (_, i) => `${'call '.repeat(i % 5)}see you at ${i % 2 ? 'home' : 'brighton'}`,
);

let cleanUp: (() => Promise<unknown>)[] = [];

async function end(): Promise<void> {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
}

afterEach(end);

const taskOf = (vocabulary: Vocabulary) =>
  defineTask({
    name: 'keyboard',
    vocabulary: [...vocabulary.words],
    model: () =>
      nextWordModel({ vocabulary: vocabulary.size, embedding: 8, gru: 8, dense: null, tied: true }, 1),
    plan: { learningRate: 0.5, batchSize: 8, gradientClip: 1 },
    update: { kind: 'float32', clip: 1_000, weighting: 'uniform' },
    masking: 'off',
    cohort: { goal: 1, minimum: 1, overSelection: 1 },
    deadlines: { gathering: '1 min', updates: '1 min' },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    strategy: fedAvg(),
  });

/** A coordinator over a folder. */
async function start(folder: string, vocabulary: Vocabulary) {
  const storage = await openStorage(join(folder, 'coordinator'), systemClock);
  cleanUp.push(() => storage.close());
  const config = parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' });
  const world = { clock: systemClock, random: systemRandom, storage };
  const coordinator = await createCoordinator(config, [taskOf(vocabulary)], world);
  cleanUp.push(() => coordinator.stop());
  const registry = new Registry(storage.blobs, storage.history);
  return {
    coordinator,
    files: (model: ModelVersion['model']) => registry.files(model),
    newest: () => registry.current('keyboard' as TaskName),
    version: (number: number) =>
      eventOf<[ModelVersion]>(coordinator.events, 'version', version => version.number === number),
  };
}

/** A phone whose app has a vocabulary, with the last update that it made. */
function phone(url: string, folder: string, name: string, vocabulary: Vocabulary) {
  const trainer = tfjsTrainer(nextWord(vocabulary));
  const deltas: Float32Array[] = [];
  const client = new FederatedClient({
    url,
    storage: fileStorage(join(folder, name)),
    enrolment: enrolmentToken,
    consent: 'not-needed',
    floors: simulatedFloors,
    tasks: {
      keyboard: {
        examples: () => typed,
        growable: growableWords,
        trainer: {
          train: async (...args) => {
            const result = await trainer.train(...args);
            // Fine-tuning pulls towards the version, and rounds of this task do not.
            if (args[1].proximal === 0) deltas.push(result.delta.slice());
            return result;
          },
          close: () => trainer.close(),
        },
        hybrid: { serving: keyboardServing(vocabulary), personal: [fineTuned(), ngramCache()] },
      },
    },
  });
  cleanUp.push(() => client.stop());
  return { client, deltas, hybrid: client.hybrid('keyboard') };
}

/** Resolves once the global model that a client serves is a version, or any where none is named. */
const serves = (client: FederatedClient, model?: string) =>
  new Promise<void>(resolve => {
    const look = async () => {
      const answer = await client
        .hybrid('keyboard')
        .predict('see you', 'global')
        .catch(() => null);
      if (answer && (model === undefined || answer.model === model)) resolve();
    };
    for (const event of ['personal', 'version'] as const) client.on(event, () => void look());
    void look();
  });

it('VG1, VG7, VG8: a keyboard learns new words over its storage, and phones with the app of before are served on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-growth-'));
  try {
    const first = await start(folder, before);
    const old = phone(first.coordinator.url, folder, 'old', before);
    const learned = first.version(1);
    await old.client.start();
    await first.coordinator.start();
    await learned;
    await first.coordinator.endRounds();
    await old.client.stop();
    const small = await first.newest();
    const learner = phone(first.coordinator.url, folder, 'old', before);
    await learner.client.start();
    await serves(learner.client, small.head.version.model);
    const { values } = await learner.hybrid.predict('see you at', 'global');
    await end();

    const second = await start(folder, after);
    const grown = await second.newest();
    expect(grown.head.version).toMatchObject({
      number: small.newest + 1,
      parent: small.head.version.model,
      round: null,
    });
    expect(grown.files.weights).toEqual(
      growWeights(small.files.weights, small.files.layout, grown.files.layout, before.words.length),
    );

    const { models } = await (await fetch(`${second.coordinator.url}/v1/tasks/keyboard/models`)).json();
    expect(models.slice(0, 2)).toMatchObject([{ words: after.words.length }, { words: before.words.length }]);
    const show = new PackedProcess('coordinator/cli/src/cli.ts', [
      ...['models', 'show', 'keyboard@latest'],
      ...['--url', second.coordinator.url],
    ]);
    expect(await show.ended(), show.errors).toBe(0);
    expect(show.output).toMatch(/^words +10, 2 of them new: it grew without a round$/m);

    // The app of before: what it says is what it said, and it trains no version of more words than it has.
    const again = phone(second.coordinator.url, folder, 'old', before);
    const refused = new Promise<string>(resolve => again.client.on('error', ({ code }) => resolve(code)));
    await again.client.start();
    await serves(again.client, grown.head.version.model);
    const now = await again.hybrid.predict('see you at', 'global');
    expect(now.values).toHaveLength(before.size);
    for (const [id, value] of now.values.entries()) expect(value).toBeCloseTo(values[id]!, 5);
    await second.coordinator.start();
    expect(await refused).toBe('training.vocabulary');
    expect(again.deltas).toEqual([]);

    // The app of now trains the next round, whose model is exactly what it sent.
    const trained = second.version(grown.newest + 1);
    const fresh = phone(second.coordinator.url, folder, 'new', after);
    await fresh.client.start();
    const [made] = await trained;
    const [delta] = fresh.deltas;
    expect(made).toMatchObject({
      parent: grown.head.version.model,
      vocabulary: { words: after.words.length },
    });
    const { weights } = grown.files;
    expect((await second.files(made.model)).weights).toEqual(weights.map((value, i) => value + delta![i]!));
    await second.coordinator.endRounds();
    await serves(fresh.client);
    const { values: known } = await fresh.hybrid.predict('see you at', 'global');
    expect(known).toHaveLength(after.size);
  } finally {
    await end();
    await rm(folder, { recursive: true, force: true });
  }
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { fileStorage, nodePlatform, sharedNgrams } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { growableWords, nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { countNgrams } from '@murmuration/protocol/ngrams/counted-ngrams';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { afterEach, expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { putOn } from '../sides.ts';
import { enrolmentToken, eventOf } from './line.ts';

/** Devices pause between rounds. */
const clock = hurriedClock(10);
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const vocabulary = new Vocabulary(['see', 'you', 'at', 'home', 'now', 'then', 'call', 'me', 'later', 'blue']);
const firstClass = 4;
/** What three people type, and what only two of them do. */
const typed = [
  ['see you at home', 'call me later'],
  ['see you at home now', 'call me then', 'blue me'],
  ['then see you at home', 'call me later', 'blue me'],
];

/** On how many of them each n-gram is, by counting in one place. */
function expected(length: number): number {
  const on = new Map<string, number>();
  for (const messages of typed)
    for (const { ids } of countNgrams(sequencesOf(messages, vocabulary), { length, firstClass, most: 99 }))
      on.set(ids.join(' '), (on.get(ids.join(' ')) ?? 0) + 1);
  return [...on.values()].filter(devices => devices >= 3).length;
}

/** A coordinator whose paused task asks devices for n-grams of a vocabulary, and its apps. */
async function open(folder: string, of: Vocabulary, model: Pick<TaskDefinition, 'vocabulary'> = {}) {
  const query = defineQuery({
    name: 'phrases',
    kind: 'ngrams',
    classes: of.size,
    firstClass,
    values: 100,
    sketches: [
      { rows: 3, buckets: 256 },
      { rows: 3, buckets: 256 },
    ],
  });
  const storage = join(folder, 'coordinator');
  const config = parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent', storage });
  const task = defineTask({
    name: 'keyboard',
    ...model,
    model: () => nextWordModel({ vocabulary: of.size, embedding: 4, gru: 4, dense: null }, 1),
    plan: { learningRate: 0.1 },
    update: { clip: 15, bits: 8 },
    masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: 3, minimum: 3, overSelection: 1 },
    deadlines: {
      gathering: '20 min',
      messages: '20 min',
      updates: '20 min',
    },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    strategy: fedAvg(),
    queries: [query],
    serving: { ngrams: 'phrases' },
  });
  const coordinator = await createCoordinator(config, [task], { clock, random: systemRandom });
  cleanUp.push(() => coordinator.stop());
  await coordinator.control.pause(task.name);
  const errors: string[] = [];
  const phone = (messages: readonly string[], name: string) => {
    const client = new PlatformClient(
      {
        url: coordinator.url,
        storage: fileStorage(join(folder, name)),
        enrolment: enrolmentToken,
        consent: 'not-needed',
        floors: simulatedFloors,
        tasks: {
          keyboard: {
            examples: () => messages,
            trainer: tfjsTrainer(nextWord(of)),
            growable: growableWords,
            hybrid: { serving: keyboardServing(of), personal: [sharedNgrams()] },
            answers: { phrases: { kinds: ['ngrams'], answer: () => sequencesOf(messages, of) } },
          },
        },
      },
      { ...nodePlatform, clock },
    );
    client.on('error', ({ message }) => errors.push(message));
    cleanUp.push(() => client.stop());
    return client;
  };
  return { coordinator, errors, phone, folder, keyboard: task.name };
}

/** Three phones say what they have in common, in sketches, and three others that typed the same count it: five rounds. */
async function ask({ coordinator, phone, keyboard, folder }: Awaited<ReturnType<typeof open>>) {
  const clients: PlatformClient[] = [];
  for (const side of ['sketches', 'counts'] as const)
    for (const [i, messages] of typed.entries()) {
      const name = `${side} ${i}`;
      await putOn(side, 'phrases', fileStorage(join(folder, name)), clients.length);
      clients.push(phone(messages, name));
    }
  await Promise.all(clients.map(client => client.start()));
  await coordinator.start();
  const rounds: RoundRecord[] = [];
  coordinator.events.on('round-ended', record => rounds.push(record));
  await coordinator.control.ask(keyboard, 'phrases');
  await eventOf(coordinator.events, 'round-ended', () => rounds.length === 5);
  expect(rounds.map(({ query, outcome }) => [query, outcome])).toEqual(
    Array.from({ length: 5 }, () => ['phrases', 'published']),
  );
}

/** The newest version as everybody gets it, and its n-grams. */
async function newest(url: string) {
  const { models } = await (await fetch(`${url}/v1/tasks/keyboard/models?limit=1`)).json();
  const { ngramCounts } = await (await fetch(`${url}/v1/models/${models[0].model}/model.json`)).json();
  const file = new Uint8Array(
    await (await fetch(`${url}/v1/models/${models[0].model}/${ngramCounts.path}`)).arrayBuffer(),
  );
  expect(ngramCounts.bytes).toBe(file.length);
  return { model: models[0], file };
}

/** Somebody who typed what says that these n-grams are of use, and no part of whose hybrid learns from it: what comes after "see you". */
async function nextOf(person: PlatformClient, model: string, of: Vocabulary): Promise<string | undefined> {
  const fitted = new Promise<void>(resolve =>
    person.on('personal', ({ phase, report }) => {
      if (phase === 'ready' && report?.model === model) resolve();
    }),
  );
  await person.start();
  await fitted;
  const { values } = await person.hybrid('keyboard').predict('see you');
  return of.word(values.indexOf(Math.max(...values)));
}

const ofUse = Array.from(
  { length: 30 },
  (_, i) => `${'me '.repeat(i % 10)}${'now '.repeat(Math.floor(i / 10))}see you at home`,
);

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
  return folder;
}

it('QY12 QY14: devices that are asked for n-grams give the next version those of three of them, and a hybrid answers by it', async () => {
  const world = await open(await temporary(), vocabulary);
  await ask(world);
  const { coordinator, errors, phone, keyboard } = world;
  await coordinator.control.unpause(keyboard);
  await eventOf(coordinator.events, 'round-ended', ({ query }: RoundRecord) => query === undefined);
  await coordinator.endRounds();
  const { model, file } = await newest(coordinator.url);
  expect(file.length).toBeLessThan(3e6);
  const trie = decodeNgrams(file);
  expect(trie.order).toBe(3);
  expect([...trie.counts].filter(count => count > 0)).toHaveLength(
    [1, 2, 3].reduce((all, length) => all + expected(length), 0),
  );
  // Two say it: not even its first word is there.
  expect([...trie.ids]).not.toContain(vocabulary.encode('blue')[0]);

  // Comes after the last round.
  expect(await nextOf(phone(ofUse, 'person'), model.model, vocabulary)).toBe('at');
  expect(errors).toEqual([]);
});

it('VG10: a version that grew without a round carries what devices said before, and old and new apps answer by it', async () => {
  const folder = await temporary();
  const first = await open(folder, vocabulary, { vocabulary: [...vocabulary.words] });
  await ask(first);
  await first.coordinator.stop();
  const grown = new Vocabulary([...vocabulary.words, 'brighton', 'netherfield']);
  const second = await open(folder, grown, { vocabulary: [...grown.words] });
  // No round of training has been, and none begins.
  await second.coordinator.start();
  const { model, file } = await newest(second.coordinator.url);
  expect(model).toMatchObject({ number: 1, round: null, ngrams: [1, 2, 3].map(expected) });
  expect(decodeNgrams(file).classes).toBe(grown.size);
  expect(await nextOf(second.phone(ofUse, 'new'), model.model, grown)).toBe('at');
  expect(second.errors).toEqual([]);
});

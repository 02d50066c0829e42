import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FederatedClient, fileStorage, sharedNgrams } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { RoundRecord } from '@murmuration/coordinator/round/record';
import { fedAvg } from '@murmuration/coordinator/strategy/fed-avg';
import { defineTask } from '@murmuration/coordinator/task/define-task';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { countNgrams } from '@murmuration/protocol/ngrams/counted-ngrams';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { afterEach, expect, it } from 'vitest';
import { enrolmentToken, eventOf } from './line.ts';

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

it('QY12 QY14: devices that are asked for n-grams give the next version those of three of them, and a hybrid answers by it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
  const query = defineQuery({
    name: 'phrases',
    kind: 'ngrams',
    classes: vocabulary.size,
    firstClass,
    values: 100,
    sketches: [
      { rows: 3, buckets: 256 },
      { rows: 3, buckets: 256 },
    ],
  });
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
    [
      defineTask({
        name: 'keyboard',
        model: () => nextWordModel({ vocabulary: vocabulary.size, embedding: 4, gru: 4, dense: null }, 1),
        plan: { learningRate: 0.1 },
        update: { clip: 15, bits: 8 },
        masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
        cohort: { goal: 3, minimum: 3, overSelection: 1 },
        deadlines: {
          gathering: '2 min',
          keys: '2 min',
          shares: '2 min',
          updates: '2 min',
          agreement: '2 min',
        },
        uploadSlot: 0,
        schedule: { every: '0 s' },
        strategy: fedAvg(),
        queries: [query],
        serving: { ngrams: 'phrases' },
      }),
    ],
    { clock: systemClock, random: systemRandom },
  );
  cleanUp.push(() => coordinator.stop());
  const keyboard = coordinator.control.tasks[0]!.task.name;
  await coordinator.control.pause(keyboard);
  const errors: string[] = [];
  const open = (messages: readonly string[], name: string) => {
    const client = new FederatedClient({
      url: coordinator.url,
      storage: fileStorage(join(folder, name)),
      enrolment: enrolmentToken,
      consent: 'not-needed',
      floors: simulatedFloors,
      tasks: {
        keyboard: {
          examples: () => messages,
          trainer: tfjsTrainer(nextWord(vocabulary)),
          hybrid: { serving: keyboardServing(vocabulary), personal: [sharedNgrams()] },
          answers: { phrases: { kinds: ['ngrams'], answer: () => sequencesOf(messages, vocabulary) } },
        },
      },
    });
    client.on('error', ({ message }) => errors.push(message));
    cleanUp.push(() => client.stop());
    return client;
  };
  const clients = typed.map((messages, i) => open(messages, String(i)));
  await Promise.all(clients.map(client => client.start()));
  await coordinator.start();
  const rounds: RoundRecord[] = [];
  coordinator.events.on('round-ended', record => rounds.push(record));
  await coordinator.control.ask(keyboard, 'phrases');
  await eventOf(coordinator.events, 'round-ended', () => rounds.length === 5);
  expect(rounds.map(({ query, outcome }) => [query, outcome])).toEqual(
    Array.from({ length: 5 }, () => ['phrases', 'published']),
  );

  await coordinator.control.unpause(keyboard);
  await eventOf(coordinator.events, 'round-ended', ({ query }: RoundRecord) => query === undefined);
  await coordinator.endRounds();
  const { models } = await (await fetch(`${coordinator.url}/v1/tasks/keyboard/models?limit=1`)).json();
  const { ngramCounts } = await (
    await fetch(`${coordinator.url}/v1/models/${models[0].model}/model.json`)
  ).json();
  const file = new Uint8Array(
    await (await fetch(`${coordinator.url}/v1/models/${models[0].model}/${ngramCounts.path}`)).arrayBuffer(),
  );
  expect(ngramCounts.bytes).toBe(file.length);
  expect(file.length).toBeLessThan(3e6);
  const trie = decodeNgrams(file);
  expect(trie.order).toBe(3);
  expect([...trie.counts].filter(count => count > 0)).toHaveLength(
    [1, 2, 3].reduce((all, length) => all + expected(length), 0),
  );
  // Two say it: not even its first word is there.
  expect([...trie.ids]).not.toContain(vocabulary.encode('blue')[0]);

  // Comes after the last round; what it typed says that these n-grams are of use, and no part of its hybrid learns from it.
  const person = open(
    Array.from(
      { length: 30 },
      (_, i) => `${'me '.repeat(i % 10)}${'now '.repeat(Math.floor(i / 10))}see you at home`,
    ),
    'person',
  );
  const fitted = new Promise<void>(resolve =>
    person.on('personal', ({ phase, report }) => {
      if (phase === 'ready' && report?.model === models[0].model) resolve();
    }),
  );
  await person.start();
  await fitted;
  const { values } = await person.hybrid('keyboard').predict('see you');
  expect(vocabulary.word(values.indexOf(Math.max(...values)))).toBe('at');
  expect(errors).toEqual([]);
}, 60_000);

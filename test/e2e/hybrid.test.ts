import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hybrid } from '@murmuration/client-sdk/hybrid/hybrid';
import { FederatedClient, fileStorage, fineTuned, ngramCache } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf } from './line.ts';

const vocabulary = new Vocabulary([
  'see',
  'you',
  'at',
  'home',
  'now',
  'then',
  'call',
  'me',
  'later',
  'please',
]);
/** What everybody types, in as many ways as there are ends of it; one person ends it otherwise. */
const messages = (end: string) =>
  Array.from(
    { length: 40 },
    (_, i) => `${['', 'now ', 'then ', 'please '][i % 4]}${'call '.repeat(Math.floor(i / 4))}see you ${end}`,
  );

describe('the hybrid model over real sockets', () => {
  let coordinator: Coordinator;
  let folder: string;
  const errors: string[] = [];

  const open = (name: string, typed: readonly string[]) => {
    const client = new FederatedClient({
      url: coordinator.url,
      storage: fileStorage(join(folder, name)),
      enrolment: enrolmentToken,
      consent: 'not-needed',
      floors: simulatedFloors,
      tasks: {
        keyboard: {
          examples: () => typed,
          trainer: tfjsTrainer(nextWord(vocabulary)),
          hybrid: {
            serving: keyboardServing(vocabulary),
            personal: [fineTuned({ epochs: 3, learningRate: 1 }), ngramCache()],
          },
        },
      },
    });
    client.on('error', ({ message }) => errors.push(`${name}: ${message}`));
    return client;
  };
  /** The likeliest word, and whose answer that is. */
  const next = async (hybrid: Hybrid, text: string, source?: 'global' | 'personal') => {
    const { values, ...rest } = await hybrid.predict(text, source);
    return {
      word: vocabulary.word(values.indexOf(Math.max(...values))),
      source: rest.source,
      model: rest.model,
    };
  };
  /** Resolves once the client serves what is fitted to the version. */
  const fitted = (client: FederatedClient, model: string) =>
    new Promise<void>(resolve => {
      client.on('personal', ({ phase, report }) => {
        if (phase === 'ready' && report?.model === model) resolve();
      });
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
    const size = { vocabulary: vocabulary.size, embedding: 8, gru: 12, dense: null };
    coordinator = await createCoordinator(
      parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
      [
        defineTask({
          name: 'keyboard',
          model: () => nextWordModel(size, 1),
          plan: { learningRate: 1, epochs: 3, batchSize: 8, maxExamples: 100, gradientClip: 1 },
          update: { clip: 15, bits: 8 },
          masking: 'off',
          cohort: { goal: 2, minimum: 2, overSelection: 1 },
          deadlines: { gathering: '1 min', updates: '1 min' },
          uploadSlot: 0,
          schedule: { every: '0 s' },
          strategy: fedAvg(),
        }),
      ],
      { clock: systemClock, random: systemRandom },
    );
  });

  afterAll(async () => {
    await coordinator.stop();
    await rm(folder, { recursive: true });
  });

  it('serves everybody the shared model, and each person what is theirs, over a restart and without a coordinator', async () => {
    const others = ['one', 'two'].map(name => open(name, messages('home')));
    await Promise.all(others.map(client => client.start()));
    await coordinator.start();
    await eventOf(coordinator.events, 'round-ended', ({ number }: RoundRecord) => number === 4);
    await coordinator.endRounds();
    await Promise.all(others.map(client => client.stop()));
    const { models } = await (await fetch(`${coordinator.url}/v1/tasks/keyboard/models?limit=1`)).json();
    const { model } = models[0];

    // Comes after the last round, and ends the sentence in another way.
    const typed = messages('later');
    const person = open('person', typed);
    const ready = fitted(person, model);
    await person.start();
    await ready;
    const hybrid = person.hybrid('keyboard');
    expect(await next(hybrid, 'see you', 'global')).toEqual({ word: 'home', source: 'global', model });
    expect(await next(hybrid, 'see you', 'personal')).toEqual({
      word: 'later',
      source: 'personal',
      model: null,
    });
    expect(await next(hybrid, 'see you')).toEqual({ word: 'later', source: 'hybrid', model });
    const report = hybrid.report()!;
    expect(report.scores.hybrid.loss).toBeLessThan(report.scores.global.loss);
    await person.stop();

    await coordinator.stop();
    const offline = open('person', typed).hybrid('keyboard');
    expect(await next(offline, 'see you')).toEqual({ word: 'later', source: 'hybrid', model });
    expect(offline.report()).toEqual(report);
    await offline.observe('call me please');
    expect(await next(offline, 'call me', 'personal')).toMatchObject({ source: 'personal' });
    expect(errors).toEqual([]);
  });
});

import type { TaskServing, Versions } from '@murmuration/api/version';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf } from './line.ts';

const vocabulary = new Vocabulary(['see', 'you', 'at', 'home', 'now']);
const { text, proof } = mintToken('operator', systemRandom, native);

let coordinator: Coordinator;
const clients: FederatedClient[] = [];

beforeAll(async () => {
  const size = { vocabulary: vocabulary.size, embedding: 4, gru: 4, dense: null };
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'silent',
      enrolmentTokens: [enrolmentToken],
      operatorTokens: [{ id: proof.id, name: 'Ada', role: 'operator', sha256: hex(proof.digest) }],
    }),
    [
      defineTask({
        name: 'keyboard',
        model: () => nextWordModel(size, 1),
        plan: { learningRate: 0.5, batchSize: 8, maxExamples: 20 },
        update: { clip: 1, bits: 8 },
        masking: 'off',
        cohort: { goal: 2, minimum: 2, overSelection: 1 },
        deadlines: { gathering: '1 min', updates: '1 min' },
        uploadSlot: 0,
        schedule: { every: '1 s' },
      }),
    ],
    { clock: systemClock, random: systemRandom },
  );
});
afterAll(async () => {
  await Promise.all(clients.map(client => client.stop()));
  await coordinator.stop();
});

function device(storage: Storage = memoryStorage()): FederatedClient {
  const client = new FederatedClient({
    url: coordinator.url,
    storage,
    enrolment: enrolmentToken,
    consent: 'not-needed',
    floors: simulatedFloors,
    tasks: {
      keyboard: {
        examples: () => ['see you at home', 'see you now'],
        trainer: tfjsTrainer(nextWord(vocabulary)),
        hybrid: { serving: keyboardServing(vocabulary), margin: Number.POSITIVE_INFINITY },
      },
    },
  });
  clients.push(client);
  return client;
}

const is = (model: string) => (other: string) => other === model;

async function ask<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${coordinator.url}/v1/admin/tasks/keyboard/${path}`, {
    method,
    headers: { authorization: `Bearer ${text}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as Body;
}

/** Resolves once a device serves a version that is wanted. */
async function serves(client: FederatedClient, wanted: (model: string) => boolean): Promise<void> {
  const isServed = async () => {
    const model = await served(client);
    return model !== null && wanted(model);
  };
  const fitted = new Promise<void>(resolve => {
    client.on('personal', async ({ phase }) => {
      if (phase === 'ready' && (await isServed())) resolve();
    });
  });
  if (!(await isServed())) await fitted;
}

/** What a device serves; null as long as it has no model. */
async function served(client: FederatedClient): Promise<string | null> {
  try {
    return (await client.hybrid('keyboard').predict('see')).model;
  } catch (error) {
    expect(error).toMatchObject({ code: 'hybrid.no-model' });
    return null;
  }
}

describe('a version that an operator names', () => {
  it('MD5: is what devices get: those that are connected at once, others when they come', async () => {
    const [one, two] = [device(), device()];
    await Promise.all([one.start(), two.start()]);
    const second = eventOf<[ModelVersion]>(coordinator.events, 'version', ({ number }) => number === 2);
    await coordinator.start();
    await second;
    const { versions } = await ask<Versions>('GET', 'versions');
    const modelOf = (wanted: number) => versions.find(({ number }) => number === wanted)!.model;
    const [initial, before] = [modelOf(0), modelOf(1)];

    await ask('PUT', 'aliases/champion', { number: 0 });
    await Promise.all([serves(one, is(initial)), serves(two, is(initial))]);

    const away = memoryStorage();
    const three = device(away);
    await three.start();
    await serves(three, is(initial));
    await three.stop();

    const fromThere = eventOf<[ModelVersion]>(
      coordinator.events,
      'version',
      ({ parent }) => parent === before,
    );
    const rolledBack = await ask<TaskServing>('POST', 'rollback', { number: 1 });
    expect(rolledBack).toMatchObject({ champion: { number: 1, model: before }, base: { number: 1 } });
    await Promise.all([serves(one, is(before)), serves(two, is(before))]);
    const back = device(away);
    await back.start();
    await serves(back, is(before));
    await back.stop();

    const [next] = await fromThere;
    expect(next.number).toBeGreaterThan(2);
    expect(await served(one)).toBe(before);

    const { champion } = await ask<TaskServing>('PUT', 'aliases/champion', { number: null });
    expect(champion).toMatchObject({ isPinned: false });
    expect(champion.number).toBeGreaterThanOrEqual(next.number);
    const isNewer = (model: string) => ![initial, before].includes(model);
    await Promise.all([serves(one, isNewer), serves(two, isNewer)]);
  });
});

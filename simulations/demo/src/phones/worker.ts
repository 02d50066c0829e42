import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { TaskOptions } from '@murmuration/client-sdk/client/options';
import type { Platform } from '@murmuration/client-sdk/client/platform';
import { identityName } from '@murmuration/client-sdk/device/identity';
import { fileStorage, memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import { growableWords } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { phrasesQueryName } from '@murmuration/demo-keyboard-app/task/query-names';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { type TrainerOptions, tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingPath } from '@murmuration/engine/training/trainer';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { type Side, sideOf } from '@murmuration/protocol/queries/sides';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Losses } from '@murmuration/simulations/behaviour/losses';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { phraseAnswers } from '@murmuration/studies/keyboard/phrases';
import { lengthAnswers } from '@murmuration/studies/vocabulary/message-lengths';
import {
  asksOnly,
  wordAnswers,
  wordsQueryName,
  wordsTaskName,
} from '@murmuration/studies/vocabulary/words-task';
import type { PlainUpdate } from '../exactness/plain-update.ts';
import { type UpdatePlan, UpdateRecorder } from '../exactness/recorder.ts';
import { HostedPhone, type Turn } from './hosted-phone.ts';
import { keptIdentity } from './kept-identity.ts';
import { losing } from './losses.ts';
import { simulated } from './platform.ts';

/** Phones that a worker hosts, and their settings. */
export interface PhonesData {
  readonly enrolmentToken: string;
  readonly seed: number;
  /**
   * Folder that keeps identities, and a unique name of this start, which makes its random draws differ; null
   * keeps nothing.
   */
  readonly kept: { readonly folder: string; readonly start: string } | null;
  readonly engine: NonNullable<TrainerOptions['engine']>;
  readonly losses: Losses;
  /** Platform name that the phones report; `simulated` by default. */
  readonly platform?: Platform['name'];
  /** Number and messages of each phone. */
  readonly phones: readonly { readonly number: number; readonly messages: readonly string[] }[];
}

/** Coordinator of phones that learn, their plan, and the words of their vocabulary. */
export interface Learning {
  readonly url: string;
  readonly plan: UpdatePlan;
  readonly words: readonly string[];
}

/**
 * Order to a worker: some phones report which words they type, these leave, all learn, some take part, or all
 * stop.
 */
export type PhonesOrder =
  | { readonly type: 'answer'; readonly url: string; readonly phones: readonly number[] }
  | { readonly type: 'rest' }
  | ({ readonly type: 'learn' } & Learning)
  | ({ readonly type: 'turn' } & Turn)
  | { readonly type: 'stop' };

/**
 * Event of a worker: its training engine, its backend, a connected phone, the leave of those that answered, a
 * problem, or an update or answer without masks.
 */
export type PhonesEvent =
  | ({ readonly type: 'engine' } & TrainingPath)
  | { readonly type: 'backend'; readonly backend: string; readonly reason: string }
  | { readonly type: 'connected'; readonly phone: number }
  | { readonly type: 'rested' }
  | ({ readonly type: 'update' } & PlainUpdate)
  | ({ readonly type: 'answer' } & PlainUpdate)
  | ({ readonly type: 'error' } & PhoneProblem);

/** Problem of a phone; the code is null for an error that is not ours. */
export interface PhoneProblem {
  readonly phone: number;
  readonly message: string;
  readonly code: ErrorCode | null;
}

const { enrolmentToken, seed, kept, engine, losses, platform = simulated, phones } = workerData as PhonesData;
const tell = (event: PhonesEvent, transfer: readonly ArrayBuffer[] = []) =>
  parentPort!.postMessage(event, transfer);

/** Milliseconds for which a phone that falls silent loses its connection. */
const lostFor = 15_000;

type Client = Pick<PlatformClient, 'start' | 'stop'>;

/** Storages of the phones while the thread runs, so that they keep their identity. */
const storages = new Map<number, Storage>();
let answering: readonly Client[] = [];
let learning: readonly HostedPhone[] = [];

const failing = (phone: number) => (error: Error) => {
  const code = error instanceof MurmurationError ? error.code : null;
  tell({ type: 'error', phone, message: error.message, code });
};

function storageOf(number: number): Storage {
  const known = storages.get(number);
  if (known) return known;
  const memory = memoryStorage();
  const storage = kept ? keptIdentity(memory, fileStorage(join(kept.folder, String(number)))) : memory;
  storages.set(number, storage);
  return storage;
}

/**
 * Chooses a side so that few phones are enough for sketches and for counts: three of five neighbours are on
 * the side of sketches.
 */
async function takeSide(number: number): Promise<void> {
  const storage = storageOf(number);
  if (await storage.get(identityName)) return;
  const side: Side = (number % 5) % 2 === 0 ? 'sketches' : 'counts';
  const random = randomOf(`identity of phone ${number}`);
  for (;;) {
    const seed = random(32);
    if (![wordsQueryName, phrasesQueryName].every(source => sideOf(seed, source) === side)) continue;
    return storage.put(identityName, seed);
  }
}

/** Creates a client for a phone, with its own key, socket and storage. */
function clientOf(
  number: number,
  url: string,
  tasks: Readonly<Record<string, TaskOptions>>,
  random: RandomBytes,
  transport: Platform['transport'],
): PlatformClient {
  const client = new PlatformClient(
    {
      url,
      tasks,
      storage: storageOf(number),
      enrolment: enrolmentToken,
      consent: 'not-needed',
      floors: simulatedFloors,
    },
    {
      ...nodePlatform,
      name: platform,
      random,
      updateProcessor: async () => localUpdateProcessor(native, random),
      transport,
    },
  );
  client.on('connected', () => tell({ type: 'connected', phone: number }));
  client.on('error', failing(number));
  return client;
}

const asking = (messages: readonly string[]): Readonly<Record<string, TaskOptions>> => ({
  [wordsTaskName]: {
    examples: () => messages,
    trainer: asksOnly,
    answers: { ...wordAnswers(messages), ...lengthAnswers(messages) },
  },
});
const randomOf = (name: string) => seededRandom(seed, `${name}${kept ? ` ${kept.start}` : ''}`);

/** Lets some phones report which words they type, before anything is learned. */
async function answer(url: string, numbers: readonly number[]): Promise<void> {
  const own = phones.filter(({ number }) => numbers.includes(number));
  for (const { number } of own) await takeSide(number);
  answering = own.map(({ number, messages }) =>
    clientOf(number, url, asking(messages), randomOf(`words of phone ${number}`), nodePlatform.transport),
  );
  for (const client of answering) await client.start();
}

/** Lets all phones learn: many share one thread and one model in it. */
async function learn({ url, plan, words }: Learning): Promise<void> {
  tell({ type: 'backend', ...(await startBackend()) });
  const vocabulary = new Vocabulary(words);
  const trainer = tfjsTrainer(nextWord(vocabulary), { engine });
  let told = false;
  for (const { number } of phones) await takeSide(number);
  learning = phones.map(({ number, messages }) => {
    const recorder = new UpdateRecorder(
      plan,
      update => tell({ type: 'update', ...update }, [update.packed.buffer as ArrayBuffer]),
      answer => tell({ type: 'answer', ...answer }, [answer.packed.buffer as ArrayBuffer]),
    );
    const client = clientOf(
      number,
      url,
      {
        keyboard: {
          examples: () => messages,
          trainer: recorder.trainer(trainer),
          growable: growableWords,
          answers: recorder.answers(phraseAnswers(messages, vocabulary)),
        },
        ...asking(messages),
      },
      recorder.random(randomOf(`phone ${number}`)),
      (url, platform) =>
        losing(recorder.transport(nodePlatform.transport(url, platform)), number, losses, {
          clock: platform.clock,
          ms: lostFor,
        }),
    );
    client.on('engine', ({ engine, reason }) => {
      if (!told) tell({ type: 'engine', engine, reason });
      told = true;
    });
    return new HostedPhone(number, client, failing(number));
  });
  for (const { client } of learning) await client.start();
}

async function rest(): Promise<void> {
  await Promise.all(answering.map(client => client.stop()));
  answering = [];
  tell({ type: 'rested' });
}

async function follow(order: PhonesOrder): Promise<void> {
  switch (order.type) {
    case 'answer':
      return answer(order.url, order.phones);
    case 'rest':
      return rest();
    case 'learn':
      return learn(order);
    case 'turn':
      for (const phone of learning) phone.follow(order);
      return;
    case 'stop':
      for (const client of [...answering, ...learning.map(phone => phone.client)]) await client.stop();
      parentPort!.close();
  }
}

/** Orders, run one after the other. */
let queue: Promise<void> = Promise.resolve();
parentPort!.on('message', (order: PhonesOrder) => {
  queue = queue.then(() => follow(order));
});

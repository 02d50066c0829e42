import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { fileStorage, memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { type TrainerOptions, tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingPath } from '@murmuration/engine/training/trainer';
import { native } from '@murmuration/protocol/primitives/node';
import type { Losses } from '../behaviour/losses.ts';
import { simulatedFloors } from '../devices/floors.ts';
import { type PlainUpdate, Recorder, type UpdatePlan } from '../exactness/recorder.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { HostedPhone, type Turn } from './hosted-phone.ts';
import { keptIdentity } from './kept-identity.ts';
import { losing } from './losses.ts';
import { simulated } from './platform.ts';

/** What a worker hosts. */
export interface PhonesData {
  readonly url: string;
  readonly enrolmentToken: string;
  readonly seed: number;
  /** Where phones keep who they are, and a name of this start that no other has: what is drawn is drawn anew then; null: nowhere. */
  readonly kept: { readonly folder: string; readonly start: string } | null;
  readonly engine: NonNullable<TrainerOptions['engine']>;
  readonly losses: Losses;
  readonly plan: UpdatePlan;
  /** Words of the vocabulary. */
  readonly words: readonly string[];
  /** Each phone's number and messages. */
  readonly phones: readonly { readonly number: number; readonly messages: readonly string[] }[];
}

/** What it is told: which phones take part, or to end. */
export type PhonesOrder = Turn | 'stop';

/** What it tells: what it trains on, which phones are connected, what went wrong on one, and what one sent, without masks. */
export type PhonesEvent =
  | ({ readonly type: 'engine' } & TrainingPath)
  | { readonly type: 'backend'; readonly backend: string; readonly reason: string }
  | { readonly type: 'connected'; readonly phone: number }
  | ({ readonly type: 'update' } & PlainUpdate)
  | { readonly type: 'error'; readonly phone: number; readonly message: string };

const { url, enrolmentToken, seed, kept, engine, losses, plan, words, phones } = workerData as PhonesData;
const tell = (event: PhonesEvent, transfer: readonly ArrayBuffer[] = []) =>
  parentPort!.postMessage(event, transfer);

/** ms for which the connection of a phone that falls silent is gone. */
const lostFor = 15_000;

/** Many phones share one thread and one model in it: each is a client of its own, with its own key, socket and storage. */
async function host(): Promise<void> {
  tell({ type: 'backend', ...(await startBackend()) });
  const trainer = tfjsTrainer(nextWord(new Vocabulary(words)), { engine });
  let told = false;
  const hosted = phones.map(({ number, messages }) => {
    const recorder = new Recorder(plan, update =>
      tell({ type: 'update', ...update }, [update.packed.buffer as ArrayBuffer]),
    );
    const random = recorder.random(seededRandom(seed, `phone ${number}${kept ? ` ${kept.start}` : ''}`));
    const client = new PlatformClient(
      {
        url,
        tasks: { keyboard: { examples: () => messages, trainer: recorder.trainer(trainer) } },
        storage: kept
          ? keptIdentity(memoryStorage(), fileStorage(join(kept.folder, String(number))))
          : memoryStorage(),
        enrolment: enrolmentToken,
        consent: 'not-needed',
        floors: simulatedFloors,
      },
      {
        ...nodePlatform,
        name: simulated,
        random,
        updateProcessor: async () => localUpdateProcessor(native, random),
        transport: (url, platform) =>
          losing(recorder.transport(nodePlatform.transport(url, platform)), number, losses, {
            clock: platform.clock,
            ms: lostFor,
          }),
      },
    );
    client.on('connected', () => tell({ type: 'connected', phone: number }));
    client.on('engine', ({ engine, reason }) => {
      if (!told) tell({ type: 'engine', engine, reason });
      told = true;
    });
    const failed = (error: Error) => tell({ type: 'error', phone: number, message: error.message });
    client.on('error', failed);
    return new HostedPhone(number, client, failed);
  });
  parentPort!.on('message', async (order: PhonesOrder) => {
    if (order !== 'stop') {
      for (const phone of hosted) phone.follow(order);
      return;
    }
    for (const { client } of hosted) await client.stop();
    parentPort!.close();
  });
  for (const { client } of hosted) await client.start();
}

void host();

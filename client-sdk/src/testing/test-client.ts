import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { countedAs } from '@murmuration/protocol/time/work';
import { PlatformClient } from '../client/client.ts';
import type { ClientOptions, TaskOptions } from '../client/options.ts';
import { parts } from '../client/parts.ts';
import { nodeInference } from '../hybrid/node-inference.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport } from '../transport/transport.ts';
import { localUpdateProcessor } from '../update/local-update-processor.ts';
import { objectiveTrainer } from './objective-trainer.ts';

/** Options of a client of the coordinator in memory: those of the app, with only `tasks` required. */
export type TestClientOptions = Pick<ClientOptions, 'tasks'> &
  Partial<Omit<ClientOptions, 'url' | 'transport'>>;

export interface TestClientPorts {
  readonly url: string;
  readonly transport: Transport;
  readonly clock: VirtualClock;
  readonly random: RandomBytes;
  readonly primitives: Primitives;
  readonly conditions: () => Conditions;
  readonly spares: () => string | undefined;
}

/**
 * Creates a client with a virtual clock and seeded randomness. Its trainers run on the test's thread; a `URL`
 * is a module whose default export is the objective.
 */
export function testClient({ tasks, ...options }: TestClientOptions, ports: TestClientPorts): PlatformClient {
  const { url, transport, clock, random, primitives, conditions, spares } = ports;
  const { work } = clock;
  const onThread = (trainer: URL | Trainer) =>
    countedAs(
      work,
      trainer instanceof URL
        ? objectiveTrainer(async () => {
            const { objectiveOf } = await import('@murmuration/engine/objective/objective-of');
            return objectiveOf(trainer.href);
          })
        : trainer,
    );
  const counted = Object.entries(tasks).map(([name, task]): [string, TaskOptions] => [
    name,
    { ...task, trainer: isTrainer(task.trainer) ? onThread(task.trainer) : task.trainer },
  ]);
  return new PlatformClient(
    {
      storage: memoryStorage(),
      enrolment: 'a test',
      consent: 'not-needed',
      ...options,
      url,
      tasks: Object.fromEntries(counted),
    },
    {
      name: 'other',
      clock,
      random,
      signingKey: primitives.ed25519.signingKey,
      parts,
      updateProcessor: async () => localUpdateProcessor(primitives, random),
      conditions: async () => conditions(),
      spares: async () => spares(),
      transport: () => transport,
      trainer: url => onThread(url),
      inference: serving => countedAs(work, nodeInference(serving)),
    },
  );
}

/** Returns true for a possible trainer; the client rejects other values. */
const isTrainer = (value: unknown): value is URL | Trainer => typeof value === 'object' && value !== null;

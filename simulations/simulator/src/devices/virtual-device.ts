import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { parts } from '@murmuration/client-sdk/client/parts';
import type { Platform } from '@murmuration/client-sdk/client/platform';
import type { RoundCosts } from '@murmuration/client-sdk/session/costs';
import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { seededRandom } from '../random/seeded-random.ts';
import type { DeviceStorages } from './device-storage.ts';
import { simulatedFloors } from './floors.ts';
import { type Threads, threadTrainer } from './thread-trainer.ts';

/** What a device of a run needs; all but `waits` is common to all. */
export interface DeviceWorld extends Threads {
  readonly task: TaskName;
  readonly url: string;
  readonly seed: number;
  readonly storages: DeviceStorages;
  readonly transport: (device: number) => Platform['transport'];
  readonly contentHash: NonNullable<Platform['contentHash']>;
  /** Whether a device that has trained stays until it has sent what it learned, whatever it is told. */
  readonly staysToSend: boolean;
  /** How many examples a device has. */
  readonly examples: (device: number) => number;
  /** A device has trained in a round. */
  readonly trained: (device: number, round: number, result: TrainingResult) => void;
  /** The part of a device in a round has ended, and cost this. */
  readonly spent: (costs: RoundCosts) => void;
  /** The device waits for an assignment (null), or was told to come back after so many ms. */
  readonly waits: (after: number | null) => void;
  readonly failed: (device: number, error: MurmurationError) => void;
}

/** One device while it is online: the client of the SDK. Offline, nothing is left of it but what `DeviceStorages` keeps. */
export class VirtualDevice {
  readonly number: number;
  /** Whether it has asked for a part, has one, or is on its way out. */
  standing: 'coming' | 'waiting' | 'busy' | 'leaving' = 'coming';
  readonly #client: PlatformClient;
  #round = 0;
  /** Whether it has learned something that it has not sent. */
  #hasLearned = false;

  constructor(number: number, world: DeviceWorld) {
    this.number = number;
    const { clock, seed, task, url } = world;
    const random = seededRandom(seed, `device ${number} at ${clock.now()}`);
    const trainer = threadTrainer(world, {
      device: number,
      round: () => this.#round,
      trained: result => world.trained(number, this.#round, result),
    });
    const count = world.examples(number);
    this.#client = new PlatformClient(
      {
        url,
        enrolment: 'a virtual device',
        consent: 'not-needed',
        floors: simulatedFloors,
        storage: world.storages.open(number),
        // They lie where training runs; here only their number is known.
        tasks: { [task]: { examples: () => new Array<null>(count).fill(null), trainer } },
      },
      {
        name: 'other',
        clock,
        random,
        signingKey: native.ed25519.signingKey,
        parts,
        updateProcessor: async () => localUpdateProcessor(native, random),
        conditions: async () => ({ idle: true, charging: true, unmetered: true }),
        contentHash: world.contentHash,
        transport: world.transport(number),
        trainer: () => trainer,
      },
    );
    this.#client.on('round', ({ number: round, phase }) => {
      this.#round = round;
      if (phase === 'training') this.#hasLearned = true;
      if (phase === 'counted') this.#hasLearned = false;
      if (this.standing !== 'leaving') this.standing = 'busy';
    });
    this.#client.on('wait', ({ after }) => {
      if (after === null && this.standing !== 'leaving') this.standing = 'waiting';
      if (after === null || !world.staysToSend || !this.#hasLearned) world.waits(after);
    });
    this.#client.on('costs', world.spent);
    this.#client.on('error', error => world.failed(number, error));
  }

  /** Connects, and checks in. */
  start(): Promise<void> {
    return this.#client.start();
  }

  /** Goes offline: leaves politely where its network still lets it. */
  stop(): Promise<void> {
    this.standing = 'leaving';
    return this.#client.stop();
  }
}

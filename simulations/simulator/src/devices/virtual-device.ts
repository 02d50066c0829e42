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

/** Dependencies of a run's devices, which all share. */
export interface DeviceWorld extends Threads {
  readonly task: TaskName;
  readonly url: string;
  readonly seed: number;
  readonly storages: DeviceStorages;
  readonly transport: (device: number) => Platform['transport'];
  readonly contentHash: NonNullable<Platform['contentHash']>;
  /** True if a device that has trained stays until it has sent its update, even after a request to leave. */
  readonly staysToSend: boolean;
  /** Returns the number of a device's examples. */
  readonly examples: (device: number) => number;
  /** Called when a device has trained in a round. */
  readonly trained: (device: number, round: number, result: TrainingResult) => void;
  /** Called with the costs of a device's part in a round when the part has ended. */
  readonly spent: (costs: RoundCosts) => void;
  /** Called when the device waits for an assignment (null) or must come back after `after` ms. */
  readonly waits: (after: number | null) => void;
  readonly failed: (device: number, error: MurmurationError) => void;
}

/** Device while it is online: the SDK's client. Offline, only the entries of `DeviceStorages` remain. */
export class VirtualDevice {
  readonly number: number;
  /** `waiting` for a part, `busy` with one, or on its way in or out. */
  standing: 'coming' | 'waiting' | 'busy' | 'leaving' = 'coming';
  readonly #client: PlatformClient;
  #round = 0;
  /** True if it holds an update that it has not sent. */
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
        // The worker threads hold the examples; only their number is known here.
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

  start(): Promise<void> {
    return this.#client.start();
  }

  /** Goes offline, and tells the coordinator if the network still allows. */
  stop(): Promise<void> {
    this.standing = 'leaving';
    return this.#client.stop();
  }
}

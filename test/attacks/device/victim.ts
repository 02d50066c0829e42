import type { TaskOptions } from '@murmuration/client-sdk/client/options';
import type { BelowFloor } from '@murmuration/client-sdk/floors/below-floor';
import type { Floors } from '@murmuration/client-sdk/floors/floors';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { MaskingSettings, Plan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { deviceOn, StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf, MemoryCoordinator } from '../../unit/client-sdk/memory-coordinator.ts';

export const hour = 3_600_000;
export const day = 24 * hour;

export const masking: MaskingSettings = {
  threat: 'malicious',
  corrupt: 0.05,
  dropping: 0.1,
  graph: 'sparse',
};
/** A plan that no default floor is above. */
export const fair = {
  update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 },
  masking,
  largestCohort: 60,
  uploadSlot: 30_000,
} as const satisfies Partial<Plan>;

/** What a device under attack has; by default as an app has it that says nothing of floors. */
interface Setting {
  readonly floors?: Floors;
  readonly storage?: Storage;
  readonly trainer?: Trainer;
  readonly task?: Partial<TaskOptions>;
  /** Of the device's randomness. */
  readonly seed?: number;
}

/** One honest device, and the coordinator that attacks it: the test itself. */
export class Victim {
  readonly clock: VirtualClock;
  readonly coordinator: MemoryCoordinator;
  readonly storage: Storage;
  readonly trainer: Trainer;
  readonly device: ReturnType<typeof deviceOn>;
  /** Names of the floors that plans were below. */
  readonly floors: string[] = [];

  constructor(
    { floors = {}, storage = memoryStorage(), trainer = new StillTrainer(), task, seed }: Setting = {},
    clock = new VirtualClock(),
  ) {
    this.clock = clock;
    this.coordinator = new MemoryCoordinator(clock);
    this.storage = storage;
    this.trainer = trainer;
    const examples = () => Array.from({ length: 50 }, (_, i) => i);
    const tasks = { keyboard: { examples, trainer, ...task } };
    this.device = deviceOn(this.coordinator, clock, storage, tasks, seed, undefined, floors);
    this.device.client.on('error', error => {
      if (error.code === 'plan.below-floor') this.floors.push((error as BelowFloor).floor);
    });
  }

  /** Connects, and checks in where it wants to. */
  async connect(): Promise<this> {
    await this.device.client.start();
    this.coordinator.connect();
    await this.clock.advance(0);
    return this;
  }

  /** Gives it a part in a round. */
  async assign(round: string, change: Partial<Plan> = {}): Promise<Assignment> {
    const assignment = assignmentOf(this.clock, round, { ...fair, ...change });
    this.coordinator.send('assignment', assignment);
    await this.clock.advance(0);
    return assignment;
  }

  /** All that it gave away in rounds: messages of masking, and updates. */
  get given(): number {
    const { asked, uploads } = this.coordinator;
    return asked.keys.length + asked.shares.length + asked.reveal.length + uploads.length;
  }

  /** Why it left, as the coordinator hears it. */
  get left(): string[] {
    return this.coordinator.asked.leave.map(({ reason }) => reason);
  }

  get checkIns(): number {
    return this.coordinator.asked['check-in'].length;
  }
}

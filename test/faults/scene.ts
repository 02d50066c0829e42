import { FederatedClient } from '@murmuration/client-sdk/node';
import { type Config, parseConfig } from '@murmuration/coordinator/assembly/config';
import {
  type Coordinator,
  type CoordinatorEnvironment,
  createCoordinator,
} from '@murmuration/coordinator/assembly/main';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { type Layout, layoutOf } from '@murmuration/protocol/weights/layout';
import type { Limits } from '@murmuration/rounds/limits/limits';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { expect } from 'vitest';
import { enrolmentToken, lineOptions, lineTask, lineTrainer } from '../e2e/line.ts';
import { RawDevice } from '../e2e/raw-device.ts';

interface Client {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SceneOptions {
  readonly task?: Partial<TaskDefinition>;
  /** A configuration, with limits in place of its own. */
  readonly config?: Partial<Record<keyof Config, unknown> & { readonly limits: Partial<Limits> }>;
  readonly surroundings?: Partial<CoordinatorEnvironment>;
  /** Devices that take part by the SDK and do nothing wrong. */
  readonly healthy?: number;
  /** Devices of the cohort that send what the test tells them to. */
  readonly members?: number;
  /** What could not be stored is no fault of the scene. */
  readonly storageFails?: boolean;
  /** Rows that could not be stored are no fault of the scene. */
  readonly rowsFail?: boolean;
  /** The clock that the coordinator sees, given the one that the scene moves. */
  readonly clock?: (clock: VirtualClock) => Clock;
}

/** Members that are healthy, and fewest updates of a round. */
const healthyByDefault = 3;

/**
 * A coordinator on a clock that only the test moves, with healthy devices that wait in their training until the fault has been
 * brought in, so that it happens beside their round.
 */
export class Scene {
  readonly clock: VirtualClock;
  readonly coordinator: Coordinator;
  /** Codes of what was refused, in order. */
  readonly refused: string[] = [];
  readonly records: RoundRecord[] = [];
  readonly members: RawDevice[] = [];
  readonly #seen: Clock;
  readonly #faults: unknown[] = [];
  readonly #clients: Client[] = [];
  readonly #raw: RawDevice[] = [];
  #letTrain!: () => void;
  readonly #mayTrain: Promise<void>;
  #latest: SeenState | undefined;
  #checkedIn = 0;
  /** The number of the round that the test is about. */
  #number = 1;
  #storageFails = false;
  #rowsFail = false;
  #waiting: (() => void)[] = [];

  private constructor(coordinator: Coordinator, clock: VirtualClock, seen: Clock) {
    this.coordinator = coordinator;
    this.clock = clock;
    this.#seen = seen;
    this.#mayTrain = new Promise(resolve => {
      this.#letTrain = resolve;
    });
    const { events } = coordinator;
    events.on('refused', (_, code) => {
      this.refused.push(code);
      this.#changed();
    });
    events.on('fault', (where, error) => {
      const { code } = error as { code?: string };
      if (this.#rowsFail && error instanceof TypeError) return;
      if (!(this.#storageFails && code?.startsWith('storage.'))) this.#faults.push([where, error]);
    });
    events.on('round', state => {
      this.#latest = state;
      this.#changed();
    });
    events.on('round-ended', record => {
      this.records.push(record);
      this.#changed();
    });
    events.on('checked-in', () => {
      this.#checkedIn += 1;
      this.#changed();
    });
  }

  static async open({
    task,
    config,
    surroundings,
    healthy = healthyByDefault,
    members = 0,
    storageFails = false,
    rowsFail = false,
    clock: clockOf = clock => clock,
  }: SceneOptions = {}): Promise<Scene> {
    const clock = new VirtualClock(systemClock.now());
    const seen = clockOf(clock);
    const minute = {
      gathering: '1 min',
      messages: '1 min',
      updates: '1 min',
    };
    const { limits, ...rest } = config ?? {};
    const parsed = parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent', ...rest });
    const coordinator = await createCoordinator(
      { ...parsed, limits: { ...parsed.limits, ...limits } },
      [
        lineTask({
          update: { kind: 'float32', clip: 1 },
          cohort: { goal: healthy + members, minimum: Math.max(1, healthy), overSelection: 1 },
          deadlines: minute,
          ...task,
        }),
      ],
      { clock: seen, random: systemRandom, ...surroundings },
    );
    const scene = new Scene(coordinator, clock, seen);
    scene.#storageFails = storageFails;
    scene.#rowsFail = rowsFail;
    for (let index = 0; index < healthy; index++) await scene.#joinHealthy(index);
    for (let index = 0; index < members; index++) {
      const member = await scene.stranger();
      await member.checkIn();
      scene.members.push(member);
    }
    await scene.until(() => scene.#checkedIn >= healthy + members);
    return scene;
  }

  async #joinHealthy(index: number): Promise<void> {
    const options = lineOptions(this.coordinator.url, index);
    const { examples } = options.tasks.line!;
    const trainer: typeof lineTrainer = {
      ...lineTrainer,
      train: async (...args) => {
        await this.#mayTrain;
        return lineTrainer.train(...args);
      },
    };
    await this.join(new FederatedClient({ ...options, tasks: { line: { examples, trainer } } }));
  }

  /** Starts a client that is stopped with the scene. */
  async join(client: Client): Promise<void> {
    this.#clients.push(client);
    await client.start();
  }

  /** A device that is enrolled and known, and has not checked in. */
  async stranger(): Promise<RawDevice> {
    const device = await new RawDevice(this.coordinator.url).connect();
    this.#raw.push(device);
    await device.enrol();
    await device.hello();
    return device;
  }

  /** Begins the round; returns the assignments of the members once all of the cohort has theirs. */
  async begin(): Promise<Assignment[]> {
    await this.coordinator.start();
    await this.clock.advance(1);
    return Promise.all(this.members.map(member => member.assigned()));
  }

  /** Lets time pass until the next round gathers its devices. */
  async next(): Promise<void> {
    this.#number = this.records.at(-1)!.number + 1;
    while ((this.#latest?.terms.number ?? 0) < this.#number) await this.clock.advance(1);
  }

  /** Devices of the cohort whose connection is gone. */
  get away(): number {
    const state = this.#latest;
    return state && 'cohort' in state ? state.cohort.count.away : 0;
  }

  /** Waits until the round under way has come to a phase. */
  async phase(phase: SeenState['phase']): Promise<SeenState> {
    await this.until(() => this.#latest?.phase === phase);
    return this.#latest!;
  }

  /**
   * Lets the healthy devices train, and returns how the round ended, which it may have by now; once all but `silent` have
   * answered, its deadline comes.
   */
  async finish(silent = 0): Promise<RoundRecord> {
    const ended = () => this.records.find(({ number }) => number === this.#number);
    this.#letTrain();
    await this.until(() => {
      const state = this.#latest;
      if (
        silent > 0 &&
        state &&
        'cohort' in state &&
        state.cohort.count.working + state.cohort.count.away === silent
      )
        void this.clock.advance(Math.max(0, state.quorum.deadline - this.#seen.now()));
      return ended() !== undefined;
    });
    return ended()!;
  }

  /** Waits until it holds, which it may after each change of a round. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The layout of the model that the coordinator serves. */
  async layout(): Promise<Layout> {
    const { url } = this.coordinator;
    const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
    const { weightsManifest } = await (await fetch(url + models[0].url)).json();
    return layoutOf(weightsManifest[0].weights);
  }

  /** An update that fits, but for what is said otherwise. */
  async update(values = [0.25, 0.5], change: { weight?: number; layout?: Layout } = {}): Promise<Uint8Array> {
    const { hash, count } = change.layout ?? (await this.layout());
    const delta = Float32Array.from(values);
    return encodeUpdate(hash, count, { kind: 'float32', delta, weight: change.weight ?? 1 });
  }

  /** Stops everything; nothing of ours broke, and no timer is left. */
  async close(): Promise<void> {
    this.#letTrain();
    for (const { socket } of this.#raw) socket.disconnect();
    await Promise.all(this.#clients.map(client => client.stop()));
    await this.coordinator.stop();
    expect(this.#faults).toEqual([]);
    expect(this.clock.pending).toBe(0);
  }
}

/** Opens scenes that are closed after their test. */
export function scenes(
  after: (close: () => Promise<void>) => void,
): (options?: SceneOptions) => Promise<Scene> {
  const open: Scene[] = [];
  after(async () => {
    for (const scene of open.splice(0)) await scene.close();
  });
  return async options => {
    const scene = await Scene.open(options);
    open.push(scene);
    return scene;
  };
}

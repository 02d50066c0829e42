import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { parts } from '@murmuration/client-sdk/client/parts';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import { base64url, hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SavedRound } from '@murmuration/rounds/round/store';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import type { MakeVersion } from '@murmuration/rounds/rounds/ports';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { seededRandom } from '../../../../seeded-random.ts';
import { Kept, type Life } from './kept.ts';
import { type Answering, Link } from './link.ts';
import { type CoordinatorEnvironment, LivingCoordinator } from './living-coordinator.ts';

/** One value for each device: what a device learns is `learned` in its own, so that a model tells who is in it, and how often. */
const layout = layoutOf([{ name: 'w', shape: [8] }]);
const learned = 0.5;

/** ms between the end of a coordinator and the next one. */
const downtime = 1_500;

export type Change = Partial<TaskDefinition>;

/** Devices of the SDK, a coordinator that may die at any durable write, and what is kept of it, all on one virtual clock. */
export class World implements CoordinatorEnvironment {
  readonly clock = new VirtualClock();
  readonly kept = new Kept(this.clock);
  readonly faults: string[] = [];
  readonly errors: string[] = [];
  /** What left a coordinator before what it follows from was kept. */
  readonly hasty: string[] = [];
  /** The devices whose update was acknowledged, by round. */
  readonly acknowledged = new Map<RoundId, Set<number>>();
  readonly trainings: number[] = [];
  /** When each device took its part in a round for over last, ms since 1970. */
  readonly endedAt: number[] = [];
  /** What was fed, hexadecimal, by round, event and device. */
  readonly fed = new Map<string, Set<string>>();
  makeVersion: (real: MakeVersion) => MakeVersion = real => real;
  /** Devices whose training never ends. */
  readonly silent = new Set<number>();
  task: Task;
  current: (Answering & { readonly life: Life; readonly rounds: TaskRounds }) | undefined;
  lives = 0;
  readonly #links: Link[] = [];
  readonly #clients: PlatformClient[] = [];
  readonly #keys = new Map<DeviceId, Uint8Array>();

  constructor(change: Change) {
    this.task = taskOf(change);
    this.kept.died = () => this.crash();
  }

  /** Stores the first version, brings up a coordinator, and lets `devices` connect. */
  async begin(devices: number): Promise<void> {
    const { task } = this;
    const registry = new Registry(this.kept.blobs, this.kept.history, this.kept.aliases);
    const zeros = { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(layout.count) };
    await storeFirstVersion(task, zeros, registry, this.kept.history, this.clock);
    await this.boot();
    for (let index = 0; index < devices; index++) await this.#join(index);
  }

  /** Goes on until so many rounds are over, at most for `limit` ms. */
  async until(rounds: number, limit = 3_600_000): Promise<void> {
    for (let spent = 0; (await this.records()).length < rounds && spent < limit; spent += 1_000)
      await this.clock.advance(1_000);
  }

  /** The records that are kept, oldest first. */
  async records(): Promise<RoundRecord[]> {
    return [...(await this.kept.history.rounds(this.task.name, 1e9, 1e9))].reverse();
  }

  /** The coordinator dies: nothing of it happens any more. A new one comes up after `pause` ms. */
  crash(pause = downtime): void {
    this.#end();
    this.clock.at(this.clock.now() + pause, () => void this.boot());
  }

  /** The connection of a device is gone for good. */
  cut(device: number): void {
    this.#links[device]!.cut();
  }

  /** The next coordinator runs the task in another form. */
  become(change: Change): void {
    this.task = taskOf(change);
  }

  /** The coordinator stops as at SIGTERM; a new one comes up after a while. */
  async restart(): Promise<void> {
    const suspended = this.current!.rounds.suspend();
    await this.clock.advance(10);
    await suspended;
    this.crash();
  }

  /** The devices stop, then the coordinator. */
  async close(): Promise<void> {
    const stopped = Promise.all(this.#clients.map(client => client.stop()));
    await this.clock.advance(1_000);
    await stopped;
    const suspended = this.current?.rounds.suspend();
    await this.clock.advance(10);
    await suspended;
  }

  /** The coordinates of the newest model, or of another version, each in parts of what a device learns. */
  async model(version?: ModelHash): Promise<number[]> {
    const registry = new Registry(this.kept.blobs, this.kept.history, this.kept.aliases);
    const files = version ? await registry.files(version) : (await registry.current(this.task.name)).files;
    return Array.from(files.weights, value => value / learned);
  }

  async boot(): Promise<void> {
    const life: Life = { isOver: false };
    this.lives += 1;
    const coordinator = new LivingCoordinator(this, life);
    const saved = await this.kept.rounds.underWay();
    await coordinator.rounds.resume(
      saved.filter(({ terms }) => terms.plan.task === coordinator.rounds.task.name),
    );
    this.current = coordinator;
    await coordinator.rounds.start();
  }

  /** Notes where `what` leaves the coordinator and the round is not kept as `isKept` wants it at this moment. */
  requireKept(what: string, round: RoundId, isKept: (saved: SavedRound) => boolean): void {
    // What is kept is read before this returns.
    void Promise.all([this.kept.rounds.underWay(), this.records()]).then(([underWay, records]) => {
      // An assignment of an asynchronous task may have moved on to another buffer.
      const saved = underWay.filter(({ terms }) => terms.id === round || terms.kind === 'buffer');
      const isOver = records.some(record => record.round === round);
      if (!isOver && !saved.some(isKept)) this.hasty.push(what);
    });
  }

  noteFed(round: string, event: MaskingEvent, device: DeviceId, message: Uint8Array): void {
    // More of them may have agreed by the next time.
    if (event === 'agreed') return;
    const name = event === 'survivors' ? `${round} survivors` : `${round} ${event} ${device}`;
    this.fed.set(name, (this.fed.get(name) ?? new Set()).add(hex(message)));
  }

  enrol(publicKey: Uint8Array): DeviceId {
    const id = base64url(native.sha256(publicKey).subarray(0, 16)) as DeviceId;
    this.#keys.set(id, publicKey);
    return id;
  }

  keyOf(device: DeviceId): Uint8Array {
    const key = this.#keys.get(device);
    if (!key) throw new MurmurationError('device.unknown');
    return key;
  }

  #end(): void {
    if (!this.current) return;
    this.current.life.isOver = true;
    this.current = undefined;
    for (const link of this.#links) link.drop();
  }

  async #join(index: number): Promise<void> {
    const link = new Link(index, this.clock, () => this.current);
    this.#links.push(link);
    this.trainings.push(0);
    const random = seededRandom(100 + index);
    const client = new PlatformClient(
      {
        url: 'http://memory.localhost',
        storage: memoryStorage(),
        enrolment: 'the enrolment token',
        consent: 'not-needed',
        floors: simulatedFloors,
        tasks: {
          values: {
            examples: () => Array.from({ length: 10 }),
            trainer: {
              train: async (_model, _settings, _examples, signal) => {
                this.trainings[index]! += 1;
                if (this.silent.has(index))
                  return new Promise((_, reject) =>
                    signal.addEventListener('abort', () => reject(signal.reason)),
                  );
                const delta = new Float32Array(layout.count);
                delta[index] = learned;
                return { delta, examples: 10, metrics: {} };
              },
              close: async () => {},
            },
          },
        },
      },
      {
        name: 'other',
        clock: this.clock,
        random,
        signingKey: native.ed25519.signingKey,
        parts,
        updateProcessor: async () => localUpdateProcessor(native, random),
        conditions: async () => ({}),
        transport: () => ({
          open: listener => link.open(listener),
          close: () => link.close(),
          request: (event, frame) => link.request(event, frame),
          download: path => link.download(path),
          upload: async (path, ...rest) => {
            await link.upload(path, ...rest);
            const round = path.split('/')[3] as RoundId;
            const before = this.acknowledged.get(round) ?? new Set();
            this.acknowledged.set(round, before.add(index));
          },
        }),
        trainer: () => {
          throw new Error('The task has a trainer.');
        },
      },
    );
    client.on('error', ({ code }) => this.errors.push(code));
    client.on('round', ({ phase }) => {
      if (phase === 'ended') this.endedAt[index] = this.clock.now();
    });
    this.#clients.push(client);
    await client.start();
  }
}

function taskOf(change: Change): Task {
  return defineTask({
    name: 'values',
    model: () => {
      throw new Error('The first version is stored by the test.');
    },
    plan: { learningRate: 0.1 },
    update: { clip: 1, bits: 16, weighting: 'uniform' },
    masking: 'off',
    cohort: { goal: 4, minimum: 3, overSelection: 1.25 },
    deadlines: {
      gathering: '5 min',
      messages: '5 min',
      updates: '10 min',
    },
    uploadSlot: 0,
    schedule: { every: '6 h' },
    ...change,
  } as TaskDefinition);
}

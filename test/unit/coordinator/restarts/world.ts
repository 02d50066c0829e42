import { PlatformClient } from '@murmuration/client-sdk/client';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { CoordinatorEvents } from '@murmuration/coordinator/events';
import { CheckInDesk } from '@murmuration/coordinator/population/check-in';
import { Population } from '@murmuration/coordinator/population/population';
import { WaitingPool } from '@murmuration/coordinator/population/waiting-pool';
import { Registry } from '@murmuration/coordinator/registry/registry';
import type { RoundDriver } from '@murmuration/coordinator/round/driver';
import { versionMaker } from '@murmuration/coordinator/round/make-version';
import type { CohortChannel, MakeVersion, MaskingEvent } from '@murmuration/coordinator/round/ports';
import type { RoundRecord } from '@murmuration/coordinator/round/record';
import type { SavedRound } from '@murmuration/coordinator/round/store';
import { TaskRounds } from '@murmuration/coordinator/round/task-rounds';
import { memoryDevices } from '@murmuration/coordinator/storage/memory';
import { defineTask, type TaskDefinition } from '@murmuration/coordinator/task/define-task';
import type { Task } from '@murmuration/coordinator/task/task';
import { base64url, hex } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import { type DeviceId, parseAssignmentId, parseRoundId, type RoundId } from '@murmuration/protocol/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import { checkIn } from '@murmuration/protocol/messages/check-in';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { enrol, hello } from '@murmuration/protocol/messages/hello';
import { type MaskingInput, maskingContribution } from '@murmuration/protocol/messages/masking';
import { type Assignment, leave, type RoundEnd } from '@murmuration/protocol/messages/round';
import type { Cancel, Clock } from '@murmuration/protocol/ports';
import { native } from '@murmuration/protocol/primitives/node';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { seededRandom } from '../../../seeded-random.ts';
import { settled, VirtualClock } from '../../../virtual-clock.ts';
import { Kept, type Life } from './kept.ts';
import { type Answering, Link } from './link.ts';

/** One value for each device: what a device learns is `learned` in its own, so that a model tells who is in it, and how often. */
const layout = layoutOf([{ name: 'w', shape: [8] }]);
const learned = 0.5;

/** ms between the end of a coordinator and the next one. */
const downtime = 1_500;

export type Change = Partial<TaskDefinition>;

/** Devices of the SDK, a coordinator that may die at any durable write, and what is kept of it, all on one virtual clock. */
export class World {
  readonly clock = new VirtualClock();
  readonly kept = new Kept(this.clock);
  readonly faults: string[] = [];
  readonly errors: string[] = [];
  /** What left a coordinator before what it follows from was kept. */
  readonly hasty: string[] = [];
  /** The devices whose update was acknowledged, by round. */
  readonly acknowledged = new Map<RoundId, Set<number>>();
  readonly trainings: number[] = [];
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
    const registry = new Registry(this.kept.blobs, this.kept.history);
    const files = await registry.store({ class_name: 'Sequential' }, layout, new Float32Array(layout.count));
    const version = {
      model: files.hash,
      task: task.name,
      number: 0,
      parent: null,
      round: null,
      strategy: task.strategy.name,
      planVersion: 1,
      contributors: 0,
      metrics: null,
      createdAt: this.clock.now(),
    };
    await this.kept.history.commit({ head: { version, state: task.strategy.init(layout.count) } });
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

  /** The coordinates of the newest model, each in parts of what a device learns. */
  async model(): Promise<number[]> {
    const registry = new Registry(this.kept.blobs, this.kept.history);
    const { files } = await registry.current(this.task.name);
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
      const saved = underWay.find(({ terms }) => terms.id === round);
      const isOver = records.some(record => record.round === round);
      if (!isOver && !(saved && isKept(saved))) this.hasty.push(what);
    });
  }

  noteFed(round: string, event: MaskingEvent, device: DeviceId, message: Uint8Array): void {
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
    const client = new PlatformClient(
      {
        url: 'memory:',
        storage: memoryStorage(),
        enrolment: 'the enrolment token',
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
        name: 'test',
        clock: this.clock,
        random: seededRandom(100 + index),
        primitives: native,
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
    this.#clients.push(client);
    await client.start();
  }
}

/** A coordinator's rounds in one life, and its ends of the connections. */
class LivingCoordinator implements Answering, CohortChannel {
  readonly life: Life;
  readonly rounds: TaskRounds;
  readonly #world: World;
  readonly #registry: Registry;
  readonly #desk: CheckInDesk;
  readonly #pool: WaitingPool;
  readonly #links = new Map<DeviceId, Link>();

  constructor(world: World, life: Life) {
    const { clock: time, kept } = world;
    this.#world = world;
    this.life = life;
    const events = new CoordinatorEvents();
    events.on('fault', (where, error) => world.faults.push(`${where}: ${error}`));
    const clock = clockOf(time, life);
    const { store, history } = kept.of(life);
    const { task } = world;
    this.#registry = new Registry(kept.blobs, history);
    this.#pool = new WaitingPool(() => this.rounds.current?.poolChanged());
    const random = seededRandom(world.lives);
    this.rounds = new TaskRounds(task, this.#registry, {
      clock,
      random,
      primitives: native,
      unmasker: {
        async unmask(context, secrets, sum) {
          for (const secret of secrets) applyMasks(native, sum, unmaskingMasks(context, secret));
          await settled();
        },
        close: async () => {},
      },
      pool: this.#pool,
      channel: this,
      history,
      store,
      makeVersion: world.makeVersion(versionMaker(task, this.#registry, clock)),
      traffic: () => ({ up: 0, down: 0 }),
      comeBackAfter: () => this.#desk.comeBackAfter(),
      events,
    });
    const population = new Population(memoryDevices(), async () => true, native, clock);
    this.#desk = new CheckInDesk(this.rounds, this.#pool, population, random);
  }

  isConnected(device: DeviceId): boolean {
    return this.#links.has(device);
  }

  assign(device: DeviceId, assignment: Assignment): void {
    this.#world.requireKept('assignment', assignment.round, ({ entries }) =>
      entries.some(
        entry =>
          entry.type === 'drawn' && entry.members.some(member => member.assignment === assignment.assignment),
      ),
    );
    this.#links.get(device)!.send('assignment', assignment);
  }

  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    this.#world.noteFed(input.round, event, device, input.message);
    const { state } = this.rounds.current!;
    const members = 'cohort' in state ? state.cohort.members : [];
    this.#world.requireKept(event, input.round, ({ entries, checkpoint }) => {
      if (event === 'survivors')
        return (
          entries.some(entry => entry.type === 'stated' && hex(entry.statement) === hex(input.message)) &&
          checkpoint?.contributors.length === members.length
        );
      const type = event === 'roster' ? 'keys' : 'shares';
      return members.every(({ assignment }) =>
        entries.some(entry => entry.type === type && entry.assignment === assignment),
      );
    });
    this.#links.get(device)!.send(event, input);
  }

  end(device: DeviceId, end: RoundEnd): void {
    if (end.outcome !== 'closed') this.#world.requireKept(`round-end ${end.outcome}`, end.round, () => false);
    this.#links.get(device)?.send('round-end', end);
  }

  async answer(link: Link, event: DeviceEvent, frame: Uint8Array): Promise<unknown> {
    if (event === 'enrol') return { device: this.#world.enrol(decodeFrame(frame, enrol).publicKey) };
    if (event === 'hello') {
      const { device } = decodeFrame(frame, hello);
      this.#world.keyOf(device);
      this.#links.set(device, link);
      this.rounds.current?.back(device);
      return { now: this.#world.clock.now(), tasks: [this.rounds.task.name] };
    }
    const device = [...this.#links].find(([, other]) => other === link)?.[0];
    if (!device) throw new MurmurationError('device.not-identified');
    if (event === 'check-in') return this.#desk.answer(device, decodeFrame(frame, checkIn), '0.1.0');
    if (event === 'leave') {
      const { round, assignment } = decodeFrame(frame, leave);
      return this.#find(round).leave(device, assignment);
    }
    const { round, assignment, message } = decodeFrame(frame, maskingContribution);
    const owner = { id: device, publicKey: this.#world.keyOf(device), certificate: undefined };
    await this.#find(round).contribute(owner, assignment, event, message);
    this.#world.requireKept(`answer to ${event}`, round, ({ entries }) =>
      entries.some(entry => 'message' in entry && hex(entry.message) === hex(message)),
    );
    return null;
  }

  async upload(path: string, token: Uint8Array, bytes: Uint8Array): Promise<unknown> {
    const [, , , round, , assignment] = path.split('/') as [string, string, string, string, string, string];
    const driver = this.#find(parseRoundId(round));
    driver.authenticate(parseAssignmentId(assignment), token);
    const receipt = await driver.accept(parseAssignmentId(assignment), bytes);
    this.#world.requireKept('receipt', driver.terms.id, ({ checkpoint }) =>
      checkpoint!.contributors.some(contributor => contributor.assignment === assignment),
    );
    return receipt;
  }

  async download(path: string): Promise<Uint8Array> {
    const [, hash] = /([0-9a-f]{64})\.bin$/.exec(path) ?? /([0-9a-f]{64})\/model\.json$/.exec(path)!;
    return this.#registry.blob(hash!);
  }

  lost(link: Link): void {
    for (const [device, other] of this.#links) {
      if (other !== link) continue;
      this.#links.delete(device);
      this.#pool.remove(device);
      this.rounds.current?.away(device);
    }
  }

  #find(round: RoundId): RoundDriver {
    const driver = this.rounds.find(round);
    if (!driver) throw new MurmurationError('round.unknown');
    return driver;
  }
}

/** The clock as a coordinator sees it, whose timers end with it. */
function clockOf(clock: VirtualClock, life: Life): Clock {
  return {
    now: () => clock.now(),
    at: (time, wake): Cancel =>
      clock.at(time, () => {
        if (!life.isOver) wake();
      }),
  };
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
    deadlines: { gathering: '5 min', keys: '5 min', shares: '5 min', updates: '10 min', unmasking: '5 min' },
    schedule: { every: '6 h' },
    ...change,
  } as TaskDefinition);
}

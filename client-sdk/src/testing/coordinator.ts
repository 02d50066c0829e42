import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type AssignmentId,
  type ModelHash,
  parseTaskName,
  type RoundId,
  randomId,
} from '@murmuration/protocol/ids/ids';
import type { Conditions } from '@murmuration/protocol/messages/check-in';
import { type Plan, writePlan } from '@murmuration/protocol/messages/plan';
import { assignmentOf } from '@murmuration/protocol/messages/round';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { splitLayout, takePart, withPart } from '@murmuration/protocol/weights/shared-part';
import type { PlatformClient } from '../client/client.ts';
import { loadServedHybrid } from '../hybrid/loaded-hybrid.ts';
import type { Transport } from '../transport/transport.ts';
import { type Answers, type Asked, type DeviceMessages, MemoryConnection } from './memory-connection.ts';
import { Patience } from './patience.ts';
import { seededBytes } from './seeded-bytes.ts';
import { type TestClientOptions, testClient } from './test-client.ts';
import { TestIdentities } from './test-identities.ts';
import { type FailingPhase, type RoundResult, TestRound } from './test-round.ts';
import { partsOf, planOf, type TestTask } from './test-task.ts';
import { TestVersions } from './test-versions.ts';

export interface TestCoordinatorOptions {
  /** By name of the task. */
  readonly tasks: Readonly<Record<string, TestTask>>;
  /** The time of coordinator and clients; by default a virtual clock, which the coordinator moves on by itself. */
  readonly clock?: VirtualClock;
  /** Random bytes; by default they follow from a seed, so that each run of a test is the same. */
  readonly random?: RandomBytes;
  /** ms of real time, or more on a busy machine, after which a client that does nothing is given up; 10,000 by default. */
  readonly patience?: number;
}

export interface RoundOptions {
  /** The task of the round; may be left out where there is one. */
  readonly task?: string;
  /** What of the plan is another one in this round. */
  readonly plan?: Partial<Plan>;
  /** The coordinator ends the round in that phase without a version, as for want of devices. */
  readonly failsIn?: FailingPhase;
}

const minute = 60_000;
/** ms within which an update is taken. */
const forUpdates = 10 * minute;
/** ms of virtual time within which a device checks in: one that declined comes back after an hour. */
const untilCheckIn = 2 * 60 * minute;
/** ms after a round until the device is to check in again. */
const betweenRounds = 1_000;

/**
 * A coordinator in memory for the tests of an app: one client takes part in whole rounds of the real protocol, masked with other devices that
 * the coordinator plays, without network, threads or waiting.
 */
export class TestCoordinator {
  /** What a client has as its `url`; nothing listens there. */
  readonly url = 'http://coordinator.localhost';
  /** The time of coordinator and clients. */
  readonly clock: VirtualClock;
  /** What a client tells of its device. */
  conditions: Conditions = { idle: true, charging: true, unmetered: true };
  /** Why the device is to be spared now, as for a low battery; undefined where it may take part. */
  spares: string | undefined;
  /** All that the device has asked, in order: what else it sends are updates, which are in the results of rounds. */
  readonly received: {
    [Event in keyof DeviceMessages]: readonly [Event, DeviceMessages[Event]];
  }[keyof DeviceMessages][] = [];
  readonly #connection: MemoryConnection;
  readonly #random: RandomBytes;
  readonly #primitives: Primitives;
  readonly #patience: Patience;
  readonly #versions: TestVersions;
  readonly #identities: TestIdentities;
  #round: TestRound | undefined;
  #told: string[] = [];
  #errors: MurmurationError[] = [];

  constructor(
    versions: TestVersions,
    primitives: Primitives,
    options: Omit<TestCoordinatorOptions, 'tasks'>,
  ) {
    const { clock = new VirtualClock(), random = seededBytes(1), patience = 10_000 } = options;
    this.clock = clock;
    this.#random = random;
    this.#patience = new Patience(clock, systemClock, patience);
    this.#versions = versions;
    this.#primitives = primitives;
    this.#identities = new TestIdentities(primitives);
    this.#connection = new MemoryConnection({
      clock,
      answers: this.#recorded(this.#answers()),
      connected: () => this.#connection.send('challenge', this.#identities.challenge()),
      closed: () => {
        this.#identities.known = undefined;
        for (const state of this.#versions.states.values()) state.isWaiting = false;
      },
      file: path => this.#versions.file(path),
      uploaded: (...upload) => {
        if (!this.#round) throw new MurmurationError('round.closed');
        this.#round.take(...upload);
      },
    });
  }

  /** What an app gives its own client as `transport`, another one each time, with `url` as its `url`: `watch` that client as well. */
  get transport(): Transport {
    return this.#connection.transport();
  }

  /** A client on this coordinator's clock: the app's options, of which only `tasks` has to be there. */
  client(options: TestClientOptions): PlatformClient {
    const { url, transport, clock } = this;
    const conditions = () => this.conditions;
    const spares = () => this.spares;
    const ports = {
      url,
      transport,
      clock,
      random: this.#random,
      primitives: this.#primitives,
      conditions,
      spares,
    };
    return this.watch(testClient(options, ports));
  }

  /** Hears what a client tells, for `errors` of rounds and for the words of a test that fails; returns the client. */
  watch<Client extends PlatformClient>(client: Client): Client {
    client.on('error', error => {
      this.#errors.push(error);
      this.#told.push(`the error ${error.code}: ${error.detail}`);
    });
    client.on('wait', ({ task, reason }) => this.#told.push(`it waits in ${task}: ${reason}`));
    client.on('connection', ({ state }) => this.#told.push(`its connection is "${state}"`));
    return client;
  }

  /**
   * Waits until the device checks in, takes it through a round, and returns how that ended for it. A round that counts publishes a version:
   * what the device sent added to the one before, as if all others had learned the same. Rejects where the device does nothing, with what it told.
   */
  async round({ task, plan = {}, failsIn }: RoundOptions = {}): Promise<RoundResult> {
    const state = this.#versions.stateOf(task);
    this.#errors = [];
    await this.#until(() => state.isWaiting, untilCheckIn, `did not check in for "${state.name}"`);
    state.isWaiting = false;
    const number = ++state.rounds;
    const frozenLayers = frozenLayersOf(this.#versions.partsOf(state.base));
    const assignment = assignmentOf({
      round: randomId<RoundId>(this.#random),
      number,
      assignment: randomId<AssignmentId>(this.#random),
      token: this.#random(32),
      deadline: this.clock.now() + forUpdates,
      plan: {
        ...planOf(state.name, state.task, state.base),
        ...(frozenLayers.length > 0 && { frozenLayers }),
        ...plan,
      },
    });
    const parts = this.#versions.partsOf(assignment.plan.model);
    const split = splitLayout(parts.layout, assignment.plan.privateLayers, assignment.plan.frozenLayers);
    const round = new TestRound(assignment, split.shared, this.#identities.known!, this.#primitives);
    this.#round = round;
    this.#connection.send('assignment', assignment);
    const result = (outcome: RoundResult['outcome'], more: Partial<RoundResult> = {}): RoundResult => {
      this.#round = undefined;
      return { task: state.name, number, outcome, ...more, errors: this.#errors };
    };
    for (const [phase, isReady, next] of round.steps()) {
      const isOver = () => round.left !== undefined || isReady();
      await this.#until(isOver, forUpdates, `did nothing more in the phase "${phase}" of round ${number}`);
      if (round.left) return result('left', { reason: round.left.reason });
      if (phase === failsIn) {
        this.#end(round, 'failed', 'too few devices');
        return result('failed');
      }
      const input = next();
      round.tell(input);
      this.#sendInput(round);
    }
    const sent = round.sent();
    const shared = takePart(parts.weights, split, 'shared').map((value, i) => value + sent.delta[i]!);
    const version = this.#versions.publish(state, withPart(parts.weights, split, 'shared', shared));
    this.#end(round, 'published', `version ${state.versions.length}`);
    return result('counted', { sent, version });
  }

  /** Publishes a version of a task, which rounds train from; `serve` tells devices to serve it. Returns its hash. */
  publish(weights: Float32Array, task?: string): ModelHash {
    const state = this.#versions.stateOf(task);
    return this.#versions.publish(state, weights);
  }

  /** Tells devices which version to serve: one by its hash, or with null the newest. Throws `model.missing`. */
  serve(version: ModelHash | null, task?: string): void {
    const state = this.#versions.stateOf(task);
    if (version) this.#versions.require(state, version);
    state.served = version;
    this.#connection.send('serve', { task: state.name, model: version });
  }

  /** Withdraws what came after a version: devices are told to serve it, and rounds train from it. Throws `model.missing`. */
  rollBack(version: ModelHash, task?: string): void {
    const state = this.#versions.stateOf(task);
    this.#versions.require(state, version);
    state.base = version;
    this.serve(version, task);
  }

  /** The weights of a version. Throws `model.missing`. */
  weights(version: ModelHash): Float32Array {
    return this.#versions.partsOf(version).weights.slice();
  }

  /** The version that rounds of a task train from. */
  base(task?: string): ModelHash {
    return this.#versions.stateOf(task).base;
  }

  /** Refuses what the device asks next, so many times, with the error of a code; `after`: ms after which it may try again. */
  refuse(
    asked: Asked,
    code: ErrorCode,
    { times = 1, after, detail }: { times?: number; after?: number; detail?: string } = {},
  ): void {
    this.#connection.refuse(asked, new MurmurationError(code, detail, { after }), times);
  }

  /** Cuts the connection, and lets none open until `comeBack`. */
  goAway(): void {
    this.#connection.goAway();
  }

  /** Can be reached again; a round that is under way goes on. */
  comeBack(): void {
    this.#connection.comeBack();
  }

  /** Lets `ms` of virtual time pass, and all that falls due. */
  async advance(ms = 0): Promise<void> {
    await this.clock.advance(ms);
  }

  /** Waits until `isOver` says so; virtual time passes meanwhile, up to two hours. Rejects where nothing goes on any more. */
  async until(isOver: () => boolean): Promise<void> {
    await this.#until(isOver, untilCheckIn, 'did not get there');
  }

  #answers(): Answers {
    const masking = (phase: 'keys' | 'shares' | 'agree' | 'reveal') => (message: DeviceMessages['keys']) => {
      if (!this.#round) throw new MurmurationError('round.closed');
      return this.#round.hear(phase, message);
    };
    return {
      enrol: message => this.#identities.enrol(message),
      hello: message => {
        this.#identities.hello(message);
        queueMicrotask(() => this.#resume());
        return this.#welcome();
      },
      'check-in': ({ task }) => {
        if (!this.#identities.known) throw new MurmurationError('device.not-identified');
        const state = this.#versions.states.get(task);
        if (!state) return { decision: 'later', after: minute, reason: `there is no task ${task}` };
        state.isWaiting = true;
        return { decision: 'waiting' };
      },
      leave: message => this.#round?.leave(message) ?? null,
      forget: message => {
        this.#identities.forget(message);
        return null;
      },
      predict: () => {
        throw new MurmurationError('prediction.not-offered');
      },
      keys: masking('keys'),
      shares: masking('shares'),
      agree: masking('agree'),
      reveal: masking('reveal'),
    };
  }

  #recorded(answers: Answers): Answers {
    const recorded = Object.entries(answers).map(([event, answer]) => [
      event,
      (message: never) => {
        this.received.push([event, message] as never);
        return (answer as (message: never) => unknown)(message);
      },
    ]);
    return Object.fromEntries(recorded) as Answers;
  }

  #welcome() {
    const states = [...this.#versions.states.values()];
    const serve = states.flatMap(({ name, served }) => (served ? [{ task: name, model: served }] : []));
    return {
      now: this.clock.now(),
      tasks: states.map(({ name, task }) => ({ task: name, leastExamples: task.leastExamples ?? 1 })),
      ...(serve.length > 0 && { serve }),
    };
  }

  /** A device that has come back is told of its round, and what it waits for. */
  #resume(): void {
    if (!this.#round || this.#round.left) return;
    this.#connection.send('assignment', this.#round.assignment);
    this.#sendInput(this.#round);
  }

  #sendInput({ assignment: { round, assignment }, input }: TestRound): void {
    if (input) this.#connection.send(input[0], { round, assignment, message: input[1] });
  }

  #end({ assignment: { round } }: TestRound, outcome: 'published' | 'failed', reason: string): void {
    this.#connection.send('round-end', { round, outcome, reason, after: betweenRounds });
  }

  async #until(isOver: () => boolean, span: number, what: string): Promise<void> {
    if (await this.#patience.until(isOver, span)) return;
    const told =
      this.#told.length > 0
        ? `It told: ${[...new Set(this.#told.slice(-6))].join('; ')}.`
        : 'It told nothing: was it started, and is it watched?';
    throw new Error(`The device ${what}. ${told}`);
  }
}

/** A coordinator in memory that has these tasks; `primitives` do the arithmetic of masks. */
export async function coordinatorInMemory(
  { tasks, ...options }: TestCoordinatorOptions,
  primitives: Primitives,
): Promise<TestCoordinator> {
  const models = await Promise.all(
    Object.entries(tasks).map(
      async ([name, task]) => [parseTaskName(name), [task, await partsOf(task)]] as const,
    ),
  );
  // What a client loads when it first needs it: in virtual time nothing waits for it.
  await loadServedHybrid();
  const versions = new TestVersions(new Map(models));
  for (const { name, task, base } of versions.states.values()) writePlan(planOf(name, task, base));
  return new TestCoordinator(versions, primitives, options);
}

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
import { type Asked, type DeviceMessages, type EventAnswers, MemoryConnection } from './memory-connection.ts';
import { Patience } from './patience.ts';
import { seededBytes } from './seeded-bytes.ts';
import { type TestClientOptions, testClient } from './test-client.ts';
import { TestIdentities } from './test-identities.ts';
import { type FailingPhase, type RoundResult, TestRound } from './test-round.ts';
import { partsOf, planOf, type TestTask } from './test-task.ts';
import { TestVersions } from './test-versions.ts';

export interface TestCoordinatorOptions {
  /** Tasks, by name. */
  readonly tasks: Readonly<Record<string, TestTask>>;
  /** Clock of coordinator and clients; by default a virtual one, which the coordinator advances. */
  readonly clock?: VirtualClock;
  /** Random bytes; by default from a fixed seed, so that each run of a test is the same. */
  readonly random?: RandomBytes;
  /**
   * Milliseconds of real time, or more on a busy machine, after which an inactive client fails the test.
   * @default 10_000
   */
  readonly patience?: number;
}

export interface RoundOptions {
  /** Task of the round; needed only with several tasks. */
  readonly task?: string;
  /** Changes to the plan for this round. */
  readonly plan?: Partial<Plan>;
  /** Phase in which the coordinator ends the round without a version, as if for lack of devices. */
  readonly failsIn?: FailingPhase;
}

const minute = 60_000;
/** Most ms until an update must come. */
const forUpdates = 10 * minute;
/** Most ms of virtual time until a device checks in: one that declined comes back after an hour. */
const untilCheckIn = 2 * 60 * minute;
/** Milliseconds after a round until the device is to check in again. */
const betweenRounds = 1_000;

/**
 * Coordinator in memory for an app's tests: one client takes part in whole rounds of the real protocol,
 * masked with other devices that the coordinator plays, without network, threads or waiting.
 */
export class TestCoordinator {
  /** Value for a client's `url`; nothing listens there. */
  readonly url = 'http://coordinator.localhost';
  /** Clock of coordinator and clients. */
  readonly clock: VirtualClock;
  /** Conditions that a client reports. */
  conditions: Conditions = { idle: true, charging: true, unmetered: true };
  /** Reason to spare the device now, such as a low battery; undefined: it may take part. */
  spares: string | undefined;
  /** All requests of the device, in order; its updates are in the results of rounds. */
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

  /**
   * Transport for the app's own client, a new one each time, to be used with `url`;
   * call `watch` with that client, too.
   */
  get transport(): Transport {
    return this.#connection.transport();
  }

  /** Creates a client on this coordinator's clock; of the app's options only `tasks` is required. */
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

  /**
   * Records a client's events, for `errors` of rounds and for messages of failed tests. Returns the client.
   */
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
   * Waits until the device checks in, takes it through a round, and returns the result. A round that counts
   * publishes a version: the device's update added to the previous one, as if all devices had learned the
   * same. Rejects if the device does nothing, with its last events.
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

  /**
   * Publishes a version of a task, which rounds train from; `serve` has devices serve it. Returns its hash.
   */
  publish(weights: Float32Array, task?: string): ModelHash {
    const state = this.#versions.stateOf(task);
    return this.#versions.publish(state, weights);
  }

  /**
   * Tells devices which version to serve: one by its hash, or with null the newest. Throws `model.missing`.
   */
  serve(version: ModelHash | null, task?: string): void {
    const state = this.#versions.stateOf(task);
    if (version) this.#versions.require(state, version);
    state.served = version;
    this.#connection.send('serve', { task: state.name, model: version });
  }

  /**
   * Withdraws all versions after this one: devices serve it, and rounds
   * train from it. Throws `model.missing`.
   */
  rollBack(version: ModelHash, task?: string): void {
    const state = this.#versions.stateOf(task);
    this.#versions.require(state, version);
    state.base = version;
    this.serve(version, task);
  }

  /** Returns the weights of a version. Throws `model.missing`. */
  weights(version: ModelHash): Float32Array {
    return this.#versions.partsOf(version).weights.slice();
  }

  /** Returns the version that rounds of a task train from. */
  base(task?: string): ModelHash {
    return this.#versions.stateOf(task).base;
  }

  /**
   * Refuses the device's next `times` requests of a kind with this error; `after`: ms until it may try again.
   */
  refuse(
    asked: Asked,
    code: ErrorCode,
    { times = 1, after, detail }: { times?: number; after?: number; detail?: string } = {},
  ): void {
    this.#connection.refuse(asked, new MurmurationError(code, detail, { after }), times);
  }

  /** Cuts the connection, and refuses new ones until `comeBack`. */
  goAway(): void {
    this.#connection.goAway();
  }

  /** Accepts connections again; a current round goes on. */
  comeBack(): void {
    this.#connection.comeBack();
  }

  /** Advances virtual time by `ms`, and runs all that falls due. */
  async advance(ms = 0): Promise<void> {
    await this.clock.advance(ms);
  }

  /**
   * Waits until `isOver` returns true; virtual time passes meanwhile, up to
   * two hours. Rejects if nothing goes on.
   */
  async until(isOver: () => boolean): Promise<void> {
    await this.#until(isOver, untilCheckIn, 'did not get there');
  }

  #answers(): EventAnswers {
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

  #recorded(answers: EventAnswers): EventAnswers {
    const recorded = Object.entries(answers).map(([event, answer]) => [
      event,
      (message: never) => {
        this.received.push([event, message] as never);
        return (answer as (message: never) => unknown)(message);
      },
    ]);
    return Object.fromEntries(recorded) as EventAnswers;
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

  /** Sends a device that has come back its round, and the input that it waits for. */
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

/** Creates a coordinator in memory with these tasks; `primitives` compute the masks. */
export async function coordinatorInMemory(
  { tasks, ...options }: TestCoordinatorOptions,
  primitives: Primitives,
): Promise<TestCoordinator> {
  const models = await Promise.all(
    Object.entries(tasks).map(
      async ([name, task]) => [parseTaskName(name), [task, await partsOf(task)]] as const,
    ),
  );
  // Loaded now: in virtual time nothing would wait for it.
  await loadServedHybrid();
  const versions = new TestVersions(new Map(models));
  for (const { name, task, base } of versions.states.values()) writePlan(planOf(name, task, base));
  return new TestCoordinator(versions, primitives, options);
}

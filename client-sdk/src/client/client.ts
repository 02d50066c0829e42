import { once } from '@murmuration/protocol/concurrency/once';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { type ModelHash, parseTaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { type Challenge, challenge, serve } from '@murmuration/protocol/messages/hello';
import { sleep } from '@murmuration/protocol/time/sleep';
import { Emitter } from '@socket.io/component-emitter';
import { Consent } from '../device/consent.ts';
import { requestErasure } from '../device/erasure.ts';
import { Handshake } from '../device/handshake.ts';
import { Leadership } from '../device/leadership.ts';
import { DeviceParticipation } from '../device/participation.ts';
import { requireLocal } from '../floors/development.ts';
import { heldFloors } from '../floors/floors.ts';
import { type Protection, protectionOf } from '../floors/protection.ts';
import type { Hybrid } from '../hybrid/hybrid.ts';
import { Hybrids } from '../hybrid/hybrids.ts';
import { openedLater } from '../models/models.ts';
import { retry } from '../retry/retry.ts';
import { WakeSignal } from '../retry/wake-signal.ts';
import { whileWanted } from '../retry/while-wanted.ts';
import { defaultEnergy } from '../session/costs.ts';
import { deliver } from '../session/deliver.ts';
import type { Session } from '../session/session.ts';
import { withNamedFailures } from '../storage/named-failures.ts';
import type { Trainer } from '../training/trainer.ts';
import { asError } from '../training/training-errors.ts';
import { ConnectionWatch } from '../transport/connection.ts';
import type { ConnectionState } from '../transport/connection-state.ts';
import { requireEncryption } from '../transport/encryption.ts';
import { greeted } from '../transport/greeted.ts';
import { observed } from '../transport/observed.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientEvents } from './events.ts';
import { loadParts } from './load-parts.ts';
import type { ClientOptions, ExamplesByTask, TaskOptions } from './options.ts';
import type { TaskModels } from './parts.ts';
import type { Platform } from './platform.ts';
import { invalid, requireOptions } from './require-options.ts';
import { sessionOf } from './session-of.ts';
import { transportOf } from './transport-of.ts';

/** Reasons in `wait` events of a started client that can't take part. */
const hindrances = {
  paused: 'the app has paused it; resume() ends that',
  'not-agreed': 'nobody has agreed to take part; setConsent(true) says that somebody has',
} as const;

/** Least ms between two answers to challenges of one connection: each takes a signature. */
const shortestGreeting = 500;

/**
 * Takes part in federated learning on this device: connects, proves its identity, checks in, and contributes
 * when it is chosen. Every failure is an `error` event, and the client goes on. It stops at `device.revoked`,
 * and at `device.enrolment-used-up` where the app has no other token; starting it again gives the same error.
 */
export class PlatformClient<Examples extends ExamplesByTask = ExamplesByTask> {
  /** Protection of this device's updates, whatever a plan says. */
  readonly protection: Protection;
  readonly #platform: Platform;
  readonly #transport: Transport;
  readonly #connection: ConnectionWatch;
  readonly #sessions: readonly Session[];
  readonly #trainers: readonly Trainer[];
  readonly #models = new Map<string, () => Promise<TaskModels>>();
  readonly #emitter = new Emitter<ClientEvents, ClientEvents>();
  readonly #handshake: Handshake;
  /** True if the app enrols with a fixed token; false if a function returns one for each enrolment. */
  readonly #hasFixedToken: boolean;
  readonly #consent: Consent;
  readonly #participation: DeviceParticipation;
  readonly #leadership: Leadership;
  readonly #wake = new WakeSignal();
  readonly #hybrids: Hybrids;
  /** Aborts the answer to the previous challenge. */
  #greeting = new AbortController();
  /** Time of the last answer to a challenge of this connection, ms since 1970. */
  #greetedAt = -Infinity;
  /** True if the coordinator has accepted this device on the current connection. */
  #isKnown = false;

  /**
   * Throws `options.invalid` for an unknown option, one out of range, or `floors: development()` on another
   * machine, `protocol.id` for an invalid task name, `hybrid.not-served` for a model that nothing here can
   * run, and `device.cleartext` for a coordinator reached by http on another host, unless `cleartext` is
   * `allowed`.
   */
  constructor(options: ClientOptions<Examples>, platform: Platform) {
    const base = requireOptions(options);
    const parts = async () => platform.parts ?? (await loadParts());
    const contentHash = platform.contentHash ?? (async bytes => (await parts()).hashHere(bytes));
    const storage = withNamedFailures(options.storage);
    if (options.cleartext !== 'allowed') requireEncryption(base);
    requireLocal(options.floors, base);
    const floors = heldFloors(options.floors);
    this.protection = protectionOf(floors);
    this.#platform = platform;
    this.#transport = transportOf(base, options, platform);
    this.#connection = new ConnectionWatch(this.#transport, platform.clock, state =>
      this.#emit('connection', state),
    );
    const request = observed(this.#transport, sent => this.#emit('sent', sent));
    this.#hasFixedToken = typeof options.enrolment === 'string';
    this.#handshake = new Handshake({ ...options, storage }, { ...platform, contentHash }, request);
    this.#consent = new Consent(storage, options.consent !== 'not-needed');
    this.#participation = new DeviceParticipation(this.#consent, {
      begin: () => this.#takePart(),
      end: () => this.#leave(),
    });
    this.#leadership = new Leadership(storage, role => this.#emit('role', role));
    platform.online?.(() => this.#wake.fire());
    const tasks = Object.entries(options.tasks as ClientOptions['tasks']).map(([name, task]) => ({
      name: parseTaskName(name),
      ...task,
    }));
    const trainers = tasks.map(task => this.#trainerOf(task));
    this.#trainers = trainers;
    const caches = tasks.map(({ name: task, bundled, growable }) => {
      const open = once(async () =>
        (await parts()).openModels({
          task,
          storage,
          transport: this.#transport,
          contentHash,
          topology: floors.topology,
          bundled,
          growable,
          refused: other => this.#emit('topology', { task, ...other }),
        }),
      );
      this.#models.set(task, open);
      return openedLater(async () => (await open()).cache);
    });
    const known = {
      ...greeted(this.#transport, request, () => this.#isKnown),
      download: this.#transport.download.bind(this.#transport),
      isSeeking: () => this.#transport.isSeeking?.() ?? false,
      stopSeeking: () => this.#transport.stopSeeking?.(),
    };
    this.#hybrids = new Hybrids({
      platform,
      storage,
      transport: known,
      isFree: () => this.#sessions.every(session => !session.isBusy),
      emit: (event, ...args) => this.#emit(event, ...args),
    });
    for (const [position, task] of tasks.entries())
      this.#hybrids.add(task.name, task, trainers[position]!, caches[position]!);
    this.#sessions = tasks.map(({ name, ...task }, position) =>
      sessionOf(name, task, {
        platform: { ...platform, wake: this.#wake },
        transport: known,
        trainer: trainers[position]!,
        models: caches[position]!,
        served: this.#hybrids.sessionOf(name),
        contribution: async () => (await parts()).contribute,
        storage,
        identity: () => this.#handshake.identity,
        floors,
        energy: { ...defaultEnergy, ...options.energy },
        emit: (event, ...args) => {
          this.#emit(event, ...args);
          const [told] = args as readonly unknown[] as readonly [{ readonly model?: ModelHash } | undefined];
          this.#hybrids.heard(name, event, told?.model);
        },
        isFree: () => this.#sessions.every((session, other) => other === position || !session.isBusy),
        takesPart: () => this.#participation.isRunning,
      }),
    );
  }

  /** Calls `listener` at each event of that name. Returns a function that removes the listener. */
  on<Name extends keyof ClientEvents>(name: Name, listener: ClientEvents[Name]): () => void {
    this.#emitter.on(name, listener as never);
    return () => this.#emitter.off(name, listener as never);
  }

  /** State of the connection to the coordinator; the same object until the next `connection` event. */
  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Calls `listener` whenever `state` changes. Returns a function that removes the listener. */
  subscribe(listener: () => void): () => void {
    return this.on('connection', listener);
  }

  /**
   * Connects and takes part from now on if the person consents; returns at once if it already does. Throws
   * `app.aborted` if `signal` is aborted before it has started; the client is then stopped.
   */
  async start(signal?: AbortSignal): Promise<void> {
    try {
      await whileWanted(() => this.#start(), signal);
    } catch (error) {
      if (signal?.aborted) void this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    this.#emit('protection', this.protection);
    await this.#participation.start(error => this.#emit('error', asError(error)));
    if (this.#participation.isRunning) return;
    const { hindrance } = this.#participation;
    if (hindrance)
      for (const task of this.#models.keys())
        this.#emit('wait', { task: parseTaskName(task), after: null, reason: hindrances[hindrance] });
    if (!(await this.#handshake.hasPendingErasure())) return;
    // The erasure is the person's last wish: it needs no consent.
    await this.#handshake.begin();
    this.#connect();
  }

  /**
   * Leaves the current round and disconnects; stored data stays. Never rejects: failures are `error` events.
   */
  async stop(): Promise<void> {
    try {
      await this.#stop();
    } catch (error) {
      this.#emit('error', asError(error));
    }
  }

  async #stop(): Promise<void> {
    const tookPart = this.#participation.isRunning;
    await this.#participation.stop();
    if (tookPart) return;
    await this.#participation.between(async () => {
      // It was started again in the meantime.
      if (this.#participation.isRunning) return;
      this.#close();
      await this.#rest();
    });
  }

  /**
   * Returns the model that this device serves for a task: global, personal, mixed. Needs no connection and no
   * `start`. Throws `task.unknown`, or `hybrid.not-served` for a task without the option `hybrid`.
   */
  hybrid<Task extends keyof Examples & string>(task: Task): Hybrid<Examples[Task]> {
    return this.#hybrids.of(task);
  }

  /**
   * Accepts the model shape that a `topology` event named as `offered` for later models of a task. Durable
   * when it returns. Throws `task.unknown`, `options.invalid` if `offered` is not a hash, and `app.aborted`.
   */
  async acceptTopology(task: string, offered: string, signal?: AbortSignal): Promise<void> {
    const open = this.#models.get(task);
    if (!open) throw new MurmurationError('task.unknown');
    await whileWanted(async () => (await open()).shape.accept(offered), signal);
  }

  /**
   * Leaves the current round, disconnects, and takes part in nothing until `resume` or the next start of the
   * app. Throws `app.aborted` once `signal` is aborted; the client is still paused.
   */
  pause(signal?: AbortSignal): Promise<void> {
    return whileWanted(() => this.#participation.pause(true), signal);
  }

  /**
   * Takes part again after `pause`. Throws `app.aborted` once `signal` is aborted; the client still resumes.
   */
  resume(signal?: AbortSignal): Promise<void> {
    return whileWanted(() => this.#participation.pause(false), signal);
  }

  /**
   * Stores whether the person consents to taking part, across restarts; "no" until it is called, unless the
   * app needs no consent. Without consent nothing is sent, even after `start`, and a current round is left at
   * once, whichever tab of the app takes part. Throws `options.invalid` if `given` is not a boolean, and
   * `app.aborted` once `signal` is aborted; the answer is still stored.
   */
  setConsent(given: boolean, signal?: AbortSignal): Promise<void> {
    return whileWanted(async () => {
      if (typeof given !== 'boolean') throw invalid('What setConsent is given', 'true or false', given);
      await this.#consent.set(given);
      await this.#participation.settle();
    }, signal);
  }

  /** True if the person consents to taking part. Throws `app.aborted` once `signal` is aborted. */
  hasConsent(signal?: AbortSignal): Promise<boolean> {
    return whileWanted(() => this.#consent.isGiven(), signal);
  }

  /**
   * Stops, erases everything that the SDK has stored on this device, and has the coordinator revoke the
   * device for good. Sums that already contain its updates keep them. Throws `server.unreachable` if the
   * coordinator can't be reached within 20 s: the rest is done, and the next `forget` or `start` sends the
   * request, with or without consent; with it, `start` then goes on as a new device. Throws `app.aborted`
   * once `signal` is aborted: the rest goes on, but the request to the coordinator waits for the next time.
   */
  forget(signal?: AbortSignal): Promise<void> {
    return whileWanted(() => this.#forget(signal), signal);
  }

  async #forget(signal: AbortSignal | undefined): Promise<void> {
    await this.stop();
    await this.#participation.between(async () => {
      await this.#handshake.erase();
      // Also erases what the hybrids hold in memory.
      await this.#hybrids.stop();
      if (!(await this.#handshake.hasPendingErasure())) return;
      await this.#handshake.begin();
      if (!signal?.aborted)
        await requestErasure(this.#handshake, this.#transport, this.#platform.clock, signal);
    });
  }

  async #takePart(): Promise<void> {
    const begin = async () => {
      await this.#handshake.begin();
      if (!this.#participation.isRunning) return;
      this.#hybrids.start();
      this.#connect();
    };
    await this.#leadership.acquire(begin, error => this.#emit('error', asError(error)));
  }

  #connect(): void {
    // The connection may be open for an erasure.
    this.#transport.close();
    this.#greetedAt = -Infinity;
    this.#connection.become({ state: 'connecting' });
    this.#transport.open({
      connecting: () => this.#connection.become({ state: 'connecting' }),
      resting: () => {
        this.#connection.become({ state: 'resting' });
        for (const session of this.#sessions) session.rested();
      },
      failed: retryAt => void this.#connection.failed(retryAt),
      moving: () => {
        this.#lose();
        this.#connection.become({ state: 'connecting' });
      },
      disconnected: (reason, retryAt = this.#platform.clock.now(), error = undefined) => {
        this.#lose();
        this.#emit('disconnected', reason);
        if (error) this.#emit('error', error);
        this.#connection.lost(retryAt, error);
      },
      message: (event, frame) => void this.#receive(event, frame),
    });
  }

  /** Forgets the connection's handshake state. */
  #lose(): void {
    this.#isKnown = false;
    this.#greetedAt = -Infinity;
    this.#greeting.abort();
    for (const session of this.#sessions) session.disconnected();
  }

  async #leave(): Promise<void> {
    this.#greeting.abort();
    await Promise.all(this.#sessions.map(session => session.stop()));
    this.#close();
    this.#isKnown = false;
    await this.#rest();
    this.#leadership.release();
  }

  #close(): void {
    this.#transport.close();
    this.#connection.become({ state: 'off' });
  }

  /** Closes the trainers and the served models; both restart when they are next used. */
  async #rest(): Promise<void> {
    const ends = [() => this.#hybrids.stop(), ...this.#trainers.map(trainer => () => trainer.close())];
    // A failure neither keeps the others from closing nor another tab from its turn.
    for (const end of ends)
      try {
        await end();
      } catch (error) {
        this.#emit('error', asError(error));
      }
  }

  /** Emits an event; an error thrown by a listener becomes an `error` event and changes nothing else. */
  #emit<Name extends keyof ClientEvents>(name: Name, ...args: Parameters<ClientEvents[Name]>): void {
    const [first] = args;
    if (first instanceof MurmurationError && this.#isFinal(first)) void this.stop();
    try {
      this.#emitter.emit(name, ...args);
    } catch (error) {
      // Errors of an `error` listener can only go to the app's handler of unhandled rejections.
      if (name === 'error') void Promise.reject(error);
      else {
        const detail = `A listener of "${name}" threw: ${messageOf(error)}`;
        this.#emit('error', new MurmurationError('app.listener', detail, { cause: error }));
      }
    }
  }

  /** True if another try fails in the same way until the app or the operator changes something. */
  #isFinal({ code }: MurmurationError): boolean {
    return code === 'device.revoked' || (code === 'device.enrolment-used-up' && this.#hasFixedToken);
  }

  #trainerOf({ trainer }: TaskOptions): Trainer {
    return trainer instanceof URL ? this.#platform.trainer(trainer) : trainer;
  }

  async #receive(event: CoordinatorEvent, frame: Uint8Array): Promise<void> {
    // Any other message is for this device: after a rest, a transport says hello again on its own.
    this.#isKnown ||= event !== 'challenge';
    try {
      if (event === 'challenge') await this.#answer(decodeFrame(frame, challenge));
      else if (event === 'serve') this.#hybrids.told(decodeFrame(frame, serve));
      else deliver(event, frame, this.#sessions);
    } catch (error) {
      const cause = asError(error);
      // The coordinator sends a new challenge.
      if (cause.code === 'device.challenge-expired') return;
      if (event === 'challenge') this.#connection.become({ state: 'refused', error: cause });
      this.#emit('error', cause);
    }
  }

  /** Answers a challenge; retries until there is another challenge or no connection. */
  async #answer(message: Challenge): Promise<void> {
    this.#hybrids.challenged();
    this.#greeting.abort();
    this.#greeting = new AbortController();
    const { signal } = this.#greeting;
    const { clock } = this.#platform;
    try {
      const left = this.#greetedAt + shortestGreeting - clock.now();
      // The clock may have been set back in the meantime.
      if (left > 0) await sleep(Math.min(left, shortestGreeting), clock, signal);
      this.#greetedAt = clock.now();
      await retry(
        () => this.#greet(message, signal),
        this.#platform,
        signal,
        (error, pause) => {
          const retryAt = clock.now() + pause;
          this.#connection.become({ state: 'waiting', error, retryAt });
          this.#emit('error', error);
        },
      );
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Says hello. Ignores an answer that comes after `signal` is aborted: it is about another connection. */
  async #greet(message: Challenge, signal: AbortSignal): Promise<void> {
    if (await this.#handshake.hasPendingErasure()) {
      await this.#handshake.requestErasure(message);
      this.#transport.close();
      await this.#handshake.begin();
      if (this.#participation.isRunning) this.#connect();
      return;
    }
    if (!this.#participation.isRunning) return;
    const welcome = await this.#handshake.answer(message);
    if (signal.aborted || !this.#participation.isRunning) return;
    this.#isKnown = true;
    this.#connection.become({ state: 'connected' });
    this.#emit('connected');
    this.#wake.fire();
    for (const session of this.#sessions) session.connected(welcome);
    this.#hybrids.connected(welcome);
  }
}

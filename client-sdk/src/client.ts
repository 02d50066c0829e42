import { MurmurationError } from '@murmuration/protocol/errors';
import { type DeviceId, parseDeviceId, parseTaskName } from '@murmuration/protocol/ids';
import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import { decodeAck, decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import {
  type Challenge,
  challenge,
  challengeMessage,
  type Enrol,
  enrolled,
  type Hello,
  welcome,
} from '@murmuration/protocol/messages/hello';
import { maskingInput } from '@murmuration/protocol/messages/masking';
import { assignment, roundEnd } from '@murmuration/protocol/messages/round';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { Emitter } from '@socket.io/component-emitter';
import type * as z from 'zod/mini';
import { loadIdentity } from './device/identity.ts';
import type { ClientEvents } from './events.ts';
import { ModelCache } from './model-cache.ts';
import type { ClientOptions, TaskOptions } from './options.ts';
import type { Platform } from './platform.ts';
import { PrivateLayers } from './private-layers/private-layers.ts';
import { persist } from './session/persist.ts';
import { sessionStore } from './session/saved-session.ts';
import { asError, Session } from './session/session.ts';
import type { Trainer } from './training/trainer.ts';
import type { Transport } from './transport/transport.ts';
import { sdkVersion } from './version.ts';

const deviceName = 'device';

/**
 * Takes part in federated learning on this device: connects, proves who it is, checks in, and contributes when it is
 * chosen. Everything that goes wrong is an `error` event; the client goes on by itself, but for `device.revoked`: then it
 * stops, and an app that starts it again is told the same.
 */
export class PlatformClient {
  readonly #options: ClientOptions;
  readonly #platform: Platform;
  readonly #transport: Transport;
  readonly #sessions: readonly Session[];
  readonly #trainers: readonly Trainer[];
  readonly #emitter = new Emitter<ClientEvents, ClientEvents>();
  #identity: SigningKey | undefined;
  /** What the app gave to enrol with, until the coordinator has judged it. */
  #enrolmentToken: string | undefined;
  /** Ends the answer to the challenge before. */
  #greeting = new AbortController();
  #running = false;
  /** Whether the coordinator knows whose the connection is. */
  #isKnown = false;

  /** Throws `protocol.id` for a name that no task can have. */
  constructor(options: ClientOptions, platform: Platform) {
    this.#options = options;
    this.#platform = platform;
    this.#transport = platform.transport(options.url, platform);
    const tasks = Object.entries(options.tasks).map(([name, task]) => ({
      name: parseTaskName(name),
      ...task,
    }));
    const trainers = tasks.map(task => this.#trainerOf(task));
    this.#trainers = trainers;
    this.#sessions = tasks.map(
      ({ name: task, examples, bundled }, position): Session =>
        new Session({
          task,
          platform,
          transport: this.#greeted,
          trainer: trainers[position]!,
          examples,
          models: new ModelCache(options.storage, this.#transport, task, bundled),
          privateLayers: new PrivateLayers(options.storage, task),
          store: sessionStore(options.storage, task),
          identity: () => this.#identity!,
          floors: options.floors ?? {},
          emit: (event, ...args) => this.#emit(event, ...args),
          isFree: () => this.#sessions.every((session, other) => other === position || !session.isBusy),
        }),
    );
  }

  /** Calls `listener` at each event of that name, until the returned function is called. */
  on<Name extends keyof ClientEvents>(name: Name, listener: ClientEvents[Name]): () => void {
    this.#emitter.on(name, listener as never);
    return () => this.#emitter.off(name, listener as never);
  }

  /** Connects and takes part from now on; returns at once where it does so already. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const { primitives, random } = this.#platform;
    try {
      this.#identity ??= await loadIdentity(this.#options.storage, primitives, random);
    } catch (error) {
      this.#running = false;
      throw error;
    }
    if (!this.#running) return;
    this.#transport.open({
      disconnected: reason => {
        this.#isKnown = false;
        this.#greeting.abort();
        for (const session of this.#sessions) session.disconnected();
        this.#emit('disconnected', reason);
      },
      message: (event, frame) => void this.#receive(event, frame),
    });
  }

  /** Leaves a round that is under way, and disconnects; what is stored stays. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#greeting.abort();
    await Promise.all(this.#sessions.map(session => session.stop()));
    this.#transport.close();
    for (const trainer of this.#trainers) await trainer.close();
  }

  /** What a listener throws is an error like any other; it never changes what the client does. */
  #emit<Name extends keyof ClientEvents>(name: Name, ...args: Parameters<ClientEvents[Name]>): void {
    const [first] = args;
    if (first instanceof MurmurationError && first.code === 'device.revoked') void this.stop();
    try {
      this.#emitter.emit(name, ...args);
    } catch (error) {
      if (name === 'error') throw error;
      this.#emit('error', asError(error));
    }
  }

  /** The transport as sessions have it: nothing is asked on a connection before the coordinator knows whose that is. */
  get #greeted(): Pick<Transport, 'request' | 'upload'> {
    return {
      request: async (event, frame) => {
        if (!this.#isKnown)
          throw new MurmurationError('server.unreachable', 'The device has not said hello yet.');
        return this.#transport.request(event, frame);
      },
      upload: (...args) => this.#transport.upload(...args),
    };
  }

  #trainerOf({ trainer }: TaskOptions): Trainer {
    return trainer instanceof URL ? this.#platform.trainer(trainer) : trainer;
  }

  async #receive(event: CoordinatorEvent, frame: Uint8Array): Promise<void> {
    // Whatever else it has to say is meant for this device.
    this.#isKnown = event !== 'challenge';
    try {
      switch (event) {
        case 'challenge':
          return await this.#answer(decodeFrame(frame, challenge));
        case 'assignment': {
          const message = decodeFrame(frame, assignment);
          for (const session of this.#sessions) session.assigned(message);
          return;
        }
        case 'roster':
        case 'bundle':
        case 'survivors': {
          const message = decodeFrame(frame, maskingInput);
          for (const session of this.#sessions) session.fed(event, message);
          return;
        }
        case 'round-end': {
          const message = decodeFrame(frame, roundEnd);
          for (const session of this.#sessions) session.roundEnded(message);
        }
      }
    } catch (error) {
      const cause = asError(error);
      // The coordinator sends a new challenge.
      if (cause.code !== 'device.challenge-expired') this.#emit('error', cause);
    }
  }

  /** Answers a challenge, again where the coordinator can't take that now, until there is another one or no connection. */
  async #answer(message: Challenge): Promise<void> {
    this.#greeting.abort();
    this.#greeting = new AbortController();
    const { signal } = this.#greeting;
    try {
      await persist(
        () => this.#sayHello(message),
        this.#platform,
        signal,
        error => this.#emit('error', error),
      );
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #sayHello({ protocol, nonce }: Challenge): Promise<void> {
    if (protocol !== protocolVersion)
      throw new MurmurationError(
        'protocol.version',
        `The coordinator speaks protocol version ${protocol}, this SDK version ${protocolVersion}; update the older one.`,
      );
    const stored = await this.#options.storage.get(deviceName);
    const device = stored ? parseDeviceId(new TextDecoder().decode(stored)) : await this.#enrol(nonce);
    let now: number;
    try {
      now = await this.#prove(device, nonce);
    } catch (error) {
      if (!stored || asError(error).code !== 'device.unknown') throw error;
      // A coordinator that has lost its devices learns the same key again.
      now = await this.#prove(await this.#enrol(nonce), nonce);
    }
    if (!this.#running) return;
    this.#isKnown = true;
    this.#emit('connected');
    for (const session of this.#sessions) session.connected(now);
  }

  /** Says hello; returns the time by the coordinator's clock, ms since 1970. */
  async #prove(device: DeviceId, nonce: Uint8Array): Promise<number> {
    const message: Hello = {
      protocol: protocolVersion,
      device,
      signature: this.#identity!.sign(challengeMessage('hello', nonce)),
      sdk: sdkVersion,
      platform: this.#platform.name,
    };
    return decodeAck(await this.#transport.request('hello', encodeFrame(message)), welcome).now;
  }

  async #enrol(nonce: Uint8Array): Promise<DeviceId> {
    const { enrolment, certificate, storage } = this.#options;
    const { publicKey } = this.#identity!;
    // Kept where the challenge expires while the app gets it: the next one finds it ready.
    this.#enrolmentToken ??= typeof enrolment === 'string' ? enrolment : await enrolment();
    const message: Enrol = {
      protocol: protocolVersion,
      publicKey,
      token: this.#enrolmentToken,
      certificate: await certificate?.(publicKey),
      signature: this.#identity!.sign(challengeMessage('enrol', nonce)),
    };
    const answer = await this.#transport.request('enrol', encodeFrame(message));
    const { device } = this.#judged(answer);
    await storage.put(deviceName, new TextEncoder().encode(device));
    return device;
  }

  /** The answer to an enrolment, after which its token is not used again; throws the error that a refusal names. */
  #judged(answer: Uint8Array): z.output<typeof enrolled> {
    try {
      const device = decodeAck(answer, enrolled);
      this.#enrolmentToken = undefined;
      return device;
    } catch (error) {
      if (asError(error).code !== 'device.challenge-expired') this.#enrolmentToken = undefined;
      throw error;
    }
  }
}

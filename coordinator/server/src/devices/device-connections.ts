import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { ComeBack } from '@murmuration/protocol/messages/check-in';
import { encodeAccepted, encodeFrame, encodeRefused, refusalOf } from '@murmuration/protocol/messages/frame';
import type { Enrol, Enrolled, Forget, Hello, Serve, Welcome } from '@murmuration/protocol/messages/hello';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import { type Assignment, encodeAssignment, type RoundEnd } from '@murmuration/protocol/messages/round';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Limits } from '@murmuration/rounds/limits/limits';
import type { Population } from '@murmuration/rounds/population/population';
import type { CohortChannel } from '@murmuration/rounds/rounds/ports';
import type { Identity } from './caller.ts';
import { OpenChallenge } from './challenge.ts';
import { type Carrier, DeviceConnection } from './device-connection.ts';
import type { FrameLengths } from './frame-lengths.ts';
import { PendingRoundEnds } from './pending-round-ends.ts';
import { type DeviceRequests, type RequestHandlers, requestHandlers } from './request-handlers.ts';

/**
 * Maximum number of challenges of one connection; a device that is too slow for the last one connects again.
 */
const maxChallenges = 3;

export interface DeviceConnectionPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly population: Population;
  readonly events: CoordinatorEvents;
  readonly limits: Pick<Limits, 'handshake'>;
  /** Maximum frame length of each event. */
  readonly frames: FrameLengths;
}

/**
 * Connections of devices over any transport: identifies the device of each, keeps one for each device,
 * answers its messages, and sends to it.
 */
export class DeviceConnections implements CohortChannel {
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #population: Population;
  readonly #events: CoordinatorEvents;
  readonly #limits: Pick<Limits, 'handshake'>;
  /** Shared with the handlers, which read the current bounds. */
  readonly #frames: { -readonly [Event in keyof FrameLengths]: number };
  readonly #connections = new Map<DeviceId, DeviceConnection>();
  readonly #unheard = new PendingRoundEnds();
  #turnedAway: ErrorCode | undefined;
  #requests!: DeviceRequests;
  #handlers!: RequestHandlers<DeviceConnection>;

  constructor({ clock, random, population, events, limits, frames }: DeviceConnectionPorts) {
    this.#clock = clock;
    this.#random = random;
    this.#population = population;
    this.#events = events;
    this.#limits = limits;
    this.#frames = { ...frames };
  }

  /** Starts to answer with `requests`; call it once, before the first connection. */
  open(requests: DeviceRequests): void {
    this.#requests = requests;
    const introductions = {
      enrol: this.#enrol.bind(this),
      hello: this.#hello.bind(this),
      requireFarewell: this.#requireFarewell.bind(this),
    };
    this.#handlers = requestHandlers(introductions, requests, this.#frames);
  }

  /** Updates the bounds of frames, since a change of settings may allow longer ones. */
  bound(frames: FrameLengths): void {
    Object.assign(this.#frames, frames);
  }

  /** Number of devices that are connected and have said hello. */
  get size(): number {
    return this.#connections.size;
  }

  get devices(): Iterable<DeviceId> {
    return this.#connections.keys();
  }

  isConnected(device: DeviceId): boolean {
    return this.#connections.has(device);
  }

  /** Opens a connection: sends a challenge, and limits the time for the hello. */
  connect(carrier: Carrier): DeviceConnection {
    const connection = new DeviceConnection(carrier, this.#newChallenge());
    this.#challenge(connection);
    return connection;
  }

  /** Handles the loss of a connection. Idempotent. */
  lost(connection: DeviceConnection): void {
    connection.cancelHelloLimit();
    connection.gone.abort();
    const id = connection.identity?.device.id;
    if (id === undefined || this.#connections.get(id) !== connection) return;
    this.#connections.delete(id);
    this.#events.emit('disconnected', id);
    this.#requests.disconnected(id);
  }

  /** True if more may come on a connection, other than what all devices are sent. */
  expects({ identity }: DeviceConnection): boolean {
    return identity !== undefined && this.#requests.expects(identity.device.id);
  }

  /** Maximum frame length of an event, in bytes. */
  longest(event: DeviceEvent): number {
    return this.#frames[event];
  }

  /** Handles one message of a connection. Throws the error that refuses it. */
  handle(connection: DeviceConnection, event: DeviceEvent, frame: unknown): Promise<unknown> {
    return this.#handlers[event](connection, frame);
  }

  /**
   * Passes to `reply` the frame with the result of `work`, such as `handle`, or its refusal, and then closes
   * a connection that is over. `event` is undefined for an unknown event.
   */
  async answer(
    connection: DeviceConnection,
    event: DeviceEvent | undefined,
    work: () => Promise<unknown>,
    reply: (frame: Uint8Array) => void,
  ): Promise<void> {
    let frame: Uint8Array;
    let refused: ErrorCode | undefined;
    try {
      frame = encodeAccepted(await work());
    } catch (error) {
      refused = this.#refused(event ?? 'socket', error);
      frame = encodeRefused(error);
    }
    reply(frame);
    if (connection.isOver) connection.carrier.close();
    if (refused === 'device.challenge-expired') this.#challengeAgain(connection);
  }

  /** Closes the connection of a device, if it has one; `code` is counted as a refusal. */
  disconnect(device: DeviceId, code: ErrorCode): void {
    const connection = this.#connections.get(device);
    if (!connection) return;
    this.#events.emit('refused', 'socket', code, `the connection of ${device} was closed`);
    connection.carrier.close();
  }

  /** Closes all connections of devices, and refuses each hello with this code until called with undefined. */
  turnAway(code: ErrorCode | undefined): void {
    this.#turnedAway = code;
    if (code) for (const device of [...this.#connections.keys()]) this.disconnect(device, code);
  }

  /** Throws the code with which devices are currently turned away. */
  requireOpen(): void {
    if (this.#turnedAway) throw new MurmurationError(this.#turnedAway);
  }

  comeBack(device: DeviceId, message: ComeBack): void {
    this.#send(device, 'come-back', encodeFrame(message));
  }

  assign(device: DeviceId, assignment: Assignment): void {
    this.#send(device, 'assignment', encodeAssignment(assignment));
  }

  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    this.#send(device, event, encodeFrame(input));
  }

  end(device: DeviceId, end: RoundEnd): void {
    if (this.isConnected(device)) this.#send(device, 'round-end', encodeFrame(end));
    else this.#unheard.remember(device, end);
  }

  /**
   * Tells each device which version to serve from now on; devices that connect later hear it in their
   * welcome.
   */
  announce(task: TaskName, modelOf: (device: DeviceId) => ModelHash | null): void {
    const frames = new Map<ModelHash | null, Uint8Array>();
    for (const [device, { carrier }] of this.#connections) {
      const model = modelOf(device);
      const frame = frames.get(model) ?? encodeFrame({ task, model } satisfies Serve);
      frames.set(model, frame);
      carrier.send('serve', frame);
    }
  }

  #send(device: DeviceId, event: CoordinatorEvent, frame: Uint8Array): void {
    this.#connections.get(device)?.carrier.send(event, frame);
  }

  async #enrol(connection: DeviceConnection, message: Enrol): Promise<Enrolled> {
    const device = await connection.challenge.answer('enrol', this.#clock.now(), nonce =>
      this.#population.enrol(message, nonce, connection.gone.signal),
    );
    this.#limitHello(connection);
    this.#events.emit('enrolled', device.id);
    return { device: device.id };
  }

  #hello(connection: DeviceConnection, message: Hello): Promise<Welcome> {
    return connection.challenge.answer('hello', this.#clock.now(), async nonce => {
      const device = await this.#population.identify(message, nonce);
      this.requireOpen();
      const answer = this.#requests.welcome(device.id);
      this.#identified(connection, { device, sdk: message.sdk, platform: message.platform });
      return answer;
    });
  }

  #requireFarewell({ carrier, challenge, owner }: DeviceConnection, { signature }: Forget): void {
    if (signature) this.#population.requireFarewell(owner.device, challenge.nonce, signature);
    // Older devices sign nothing, which is safe on a socket: no other party can use it.
    else if (carrier.byToken) throw new MurmurationError('device.signature');
  }

  #newChallenge(): OpenChallenge {
    return new OpenChallenge(this.#random(32), this.#clock.now());
  }

  /** Sends a new challenge. */
  #challenge(connection: DeviceConnection): void {
    const { nonce } = connection.challenge;
    this.#limitHello(connection);
    connection.carrier.send('challenge', encodeFrame({ protocol: protocolVersion, nonce }));
  }

  #challengeAgain(connection: DeviceConnection): void {
    if (connection.identity || connection.isGone || connection.challenges >= maxChallenges) return;
    connection.challenges += 1;
    connection.challenge = this.#newChallenge();
    this.#challenge(connection);
  }

  /** Restarts the time limit for a hello: after the newest challenge, and after an enrolment. */
  #limitHello(connection: DeviceConnection): void {
    connection.cancelHelloLimit();
    if (connection.isGone) return;
    connection.cancelHelloLimit = this.#clock.at(this.#clock.now() + this.#limits.handshake, () => {
      if (connection.identity) return;
      const detail = 'The connection said no hello in time.';
      this.#events.emit('refused', 'socket', 'device.not-identified', detail);
      connection.carrier.close();
    });
  }

  /** Keeps one live connection for each device, the newer one. Throws `device.revoked`. */
  #identified(connection: DeviceConnection, identity: Identity): void {
    // The connection may have closed while the device was looked up.
    if (connection.identity || connection.isGone) return;
    const { id } = identity.device;
    // The device may have been revoked meanwhile.
    if (this.#population.isRevoked(id)) throw new MurmurationError('device.revoked');
    const older = this.#connections.get(id);
    connection.identity = identity;
    connection.cancelHelloLimit();
    connection.carrier.identified();
    this.#connections.set(id, connection);
    if (older) {
      const detail = 'an older connection of the same device was closed';
      this.#events.emit('refused', 'hello', 'device.replaced', detail);
      older.carrier.close();
    } else {
      this.#events.emit('connected', id, identity.platform, identity.sdk);
    }
    const unheard = this.#unheard.take(id);
    if (unheard) this.end(id, unheard);
    this.#requests.connected(id);
  }

  #refused(where: string, error: unknown): ErrorCode {
    const { code, detail } = refusalOf(error);
    const isOurs = !(error instanceof MurmurationError);
    const round = isOurs ? undefined : (error.round as RoundId | undefined);
    this.#events.emit('refused', where, code, detail, round);
    if (isOurs) this.#events.emit('fault', where, error);
    return code;
  }
}

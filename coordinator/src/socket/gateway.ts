import type { Server as HttpServer } from 'node:http';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import {
  type CoordinatorEvent,
  type DeviceEvent,
  deviceEvents,
} from '@murmuration/protocol/messages/channel';
import type { ComeBack } from '@murmuration/protocol/messages/check-in';
import { encodeAccepted, encodeFrame, encodeRefused, refusalOf } from '@murmuration/protocol/messages/frame';
import type { Enrol, Enrolled, Hello, Serve, Welcome } from '@murmuration/protocol/messages/hello';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import { type Assignment, encodeAssignment, type RoundEnd } from '@murmuration/protocol/messages/round';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Server } from 'socket.io';
import type { CoordinatorEvents } from '../events/events.ts';
import type { TrustedProxies } from '../limits/address.ts';
import type { Limits } from '../limits/limits.ts';
import type { Population } from '../population/population.ts';
import type { CohortChannel, MaskingEvent } from '../rounds/ports.ts';
import { Admission } from './admission.ts';
import type { Identity } from './caller.ts';
import { Challenge } from './challenge.ts';
import { Connection, type DeviceSocket } from './connection.ts';
import type { FrameLengths } from './frame-lengths.ts';
import { HandshakeHandler, type Upgrade } from './handshakes.ts';
import { PendingRoundEnds } from './pending-round-ends.ts';
import { type DeviceRequests, type RequestHandlers, requestHandlers } from './request-handlers.ts';

/** What socket.io puts around a frame, bytes. */
const packetOverhead = 1_024;
/** Challenges of one connection; whoever is too slow for the last one connects again. */
const maxChallenges = 3;

export interface GatewayPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly population: Population;
  readonly events: CoordinatorEvents;
  readonly limits: Limits;
  readonly trustedProxies: TrustedProxies;
  /** The longest frame of each event. */
  readonly frames: FrameLengths;
}

/** A message as socket.io gives it: its event, then what came with it; last what takes the answer, where one is asked for. */
type Packet = readonly [event: unknown, ...args: unknown[]];

/** The devices' connections: who is on each, what comes on it and is answered, and what is sent to a device. */
export class Gateway implements CohortChannel {
  readonly #io: Server;
  readonly #handshakes: HandshakeHandler;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #population: Population;
  readonly #events: CoordinatorEvents;
  readonly #limits: Limits;
  readonly #admission: Admission;
  /** Of which the answers read the newest bounds. */
  readonly #frames: { -readonly [Event in keyof FrameLengths]: number };
  readonly #connections = new Map<DeviceId, Connection>();
  readonly #unheard = new PendingRoundEnds();
  #requests!: DeviceRequests;
  #answers!: RequestHandlers<Connection>;

  constructor(http: HttpServer, ports: GatewayPorts) {
    const { clock, limits, frames } = ports;
    this.#clock = clock;
    this.#random = ports.random;
    this.#population = ports.population;
    this.#events = ports.events;
    this.#limits = limits;
    this.#admission = new Admission(limits, clock);
    this.#frames = { ...frames };
    this.#handshakes = new HandshakeHandler(http, { ...ports, longest: longestOf(frames) });
    this.#io = new Server({ serveClient: false });
    this.#io.bind(this.#handshakes.engine);
  }

  /** Takes connections from now on. */
  open(requests: DeviceRequests): void {
    this.#requests = requests;
    const introductions = { enrol: this.#enrol.bind(this), hello: this.#hello.bind(this) };
    this.#answers = requestHandlers(introductions, requests, this.#frames);
    this.#io.on('connection', (socket: DeviceSocket) => this.#welcome(socket));
  }

  /** Leaves WebSockets of another path to whoever takes these. */
  leave(path: string, upgrade: Upgrade): void {
    this.#handshakes.leave(path, upgrade);
  }

  /** Closes every connection once what was sent on it is out; the HTTP server is left to its owner. */
  async close(): Promise<void> {
    this.#io.disconnectSockets(true);
    await this.#handshakes.close();
  }

  /** Closes the connection of a device, if it has one; `code` says why to whoever counts refusals. */
  disconnect(device: DeviceId, code: ErrorCode): void {
    const connection = this.#connections.get(device);
    if (!connection) return;
    this.#events.emit('refused', 'socket', code, `the connection of ${device} was closed`);
    connection.socket.disconnect(true);
  }

  /** Devices that are connected and have said hello. */
  get size(): number {
    return this.#connections.size;
  }

  get devices(): Iterable<DeviceId> {
    return this.#connections.keys();
  }

  isConnected(device: DeviceId): boolean {
    return this.#connections.has(device);
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

  /** Bounds frames anew: a change of settings may make longer ones right, on connections that open from now on. */
  bound(frames: FrameLengths): void {
    Object.assign(this.#frames, frames);
    this.#handshakes.bound(longestOf(frames));
  }

  /** Tells all devices which version to serve from now on; those that connect later hear it in their welcome. */
  announce(message: Serve): void {
    const frame = encodeFrame(message);
    for (const connection of this.#connections.values()) this.#emit(connection, 'serve', frame);
  }

  #send(device: DeviceId, event: CoordinatorEvent, frame: Uint8Array): void {
    const connection = this.#connections.get(device);
    if (connection) this.#emit(connection, event, frame);
  }

  #emit({ socket, transport }: Connection, event: CoordinatorEvent, frame: Uint8Array): void {
    if (transport.admits()) socket.emit(event, frame);
  }

  #welcome(socket: DeviceSocket): void {
    const transport = this.#handshakes.transportOf(socket.conn);
    transport.joined();
    const connection = new Connection(socket, transport, this.#newChallenge());
    socket.on('disconnect', () => {
      // Without its namespace a connection is of no use.
      transport.closing();
      socket.conn.close();
      connection.cancelHelloLimit();
      connection.gone.abort();
      this.#disconnected(connection);
    });
    // All messages come this way, whatever their event is called, and none goes on to listeners.
    socket.use(packet => void this.#take(connection, packet as unknown as Packet));
    this.#challenge(connection);
  }

  async #take(connection: Connection, [event, ...args]: Packet): Promise<void> {
    const { socket, transport } = connection;
    if (!socket.connected) return;
    const acknowledge =
      typeof args.at(-1) === 'function' ? (args.pop() as (ack: Uint8Array) => void) : undefined;
    const known = isDeviceEvent(event) ? event : undefined;
    let reply: Uint8Array;
    let refused: ErrorCode | undefined;
    try {
      reply = encodeAccepted(await this.#admitted(connection, known, args));
    } catch (error) {
      const { code, detail } = refusalOf(error);
      refused = code;
      const isOurs = !(error instanceof MurmurationError);
      const round = isOurs ? undefined : (error.round as RoundId | undefined);
      this.#events.emit('refused', known ?? 'socket', code, detail, round);
      if (isOurs) this.#events.emit('fault', known ?? 'socket', error);
      reply = encodeRefused(error);
    }
    if (acknowledge && transport.admits()) acknowledge(reply);
    if (connection.isOver) socket.disconnect(true);
    if (refused === 'device.challenge-expired') this.#challengeAgain(connection);
  }

  /** What the message of a connection leads to, if its device may send one now. */
  #admitted(
    connection: Connection,
    event: DeviceEvent | undefined,
    args: readonly unknown[],
  ): Promise<unknown> {
    return this.#admission.admit(connection, event, async () => {
      if (!event) throw new MurmurationError('request.not-found', 'There is no such event.');
      if (args.length !== 1) throw new MurmurationError('protocol.frame', 'An event carries one frame.');
      return this.#answers[event](connection, args[0]);
    });
  }

  async #enrol(connection: Connection, message: Enrol): Promise<Enrolled> {
    const device = await connection.challenge.answer('enrol', this.#clock.now(), nonce =>
      this.#population.enrol(message, nonce, connection.gone.signal),
    );
    this.#limitHello(connection);
    this.#events.emit('enrolled', device.id);
    return { device: device.id };
  }

  #hello(connection: Connection, message: Hello): Promise<Welcome> {
    return connection.challenge.answer('hello', this.#clock.now(), async nonce => {
      const device = await this.#population.identify(message, nonce);
      const answer = this.#requests.welcome();
      this.#identified(connection, { device, sdk: message.sdk, platform: message.platform });
      return answer;
    });
  }

  #newChallenge(): Challenge {
    return new Challenge(this.#random(32), this.#clock.now());
  }

  /** Sends a connection its newest challenge. */
  #challenge(connection: Connection): void {
    const { nonce } = connection.challenge;
    this.#limitHello(connection);
    this.#emit(connection, 'challenge', encodeFrame({ protocol: protocolVersion, nonce }));
  }

  /** Gives a connection time for a hello from now on: after its newest challenge, and after its enrolment. */
  #limitHello(connection: Connection): void {
    const { socket } = connection;
    connection.cancelHelloLimit();
    if (!socket.connected) return;
    connection.cancelHelloLimit = this.#clock.at(this.#clock.now() + this.#limits.handshake, () => {
      if (connection.identity) return;
      this.#events.emit(
        'refused',
        'socket',
        'device.not-identified',
        'The connection said no hello in time.',
      );
      socket.disconnect(true);
    });
  }

  #challengeAgain(connection: Connection): void {
    if (connection.identity || !connection.socket.connected || connection.challenges >= maxChallenges) return;
    connection.challenges += 1;
    connection.challenge = this.#newChallenge();
    this.#challenge(connection);
  }

  /** One live connection a device: the newer one counts. */
  #identified(connection: Connection, identity: Identity): void {
    // It may have been closed while the device was looked up.
    if (connection.identity || !connection.socket.connected) return;
    const { id } = identity.device;
    // So may the device have been revoked.
    if (this.#population.isRevoked(id)) throw new MurmurationError('device.revoked');
    const older = this.#connections.get(id);
    connection.identity = identity;
    connection.cancelHelloLimit();
    connection.transport.identified();
    this.#connections.set(id, connection);
    if (older) {
      this.#events.emit(
        'refused',
        'hello',
        'device.replaced',
        'an older connection of the same device was closed',
      );
      older.socket.disconnect(true);
    } else {
      this.#events.emit('connected', id, identity.platform, identity.sdk);
    }
    const unheard = this.#unheard.take(id);
    if (unheard) this.end(id, unheard);
    this.#requests.connected(id);
  }

  #disconnected({ identity, socket }: Connection): void {
    if (!identity || this.#connections.get(identity.device.id)?.socket !== socket) return;
    const { id } = identity.device;
    this.#connections.delete(id);
    this.#events.emit('disconnected', id);
    this.#requests.disconnected(id);
  }
}

const known: ReadonlySet<unknown> = new Set(deviceEvents);

function longestOf(frames: FrameLengths): number {
  return Math.max(...Object.values(frames)) + packetOverhead;
}

function isDeviceEvent(event: unknown): event is DeviceEvent {
  return known.has(event);
}

import type { Server as HttpServer } from 'node:http';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors';
import type { DeviceId } from '@murmuration/protocol/ids';
import {
  type CoordinatorEvent,
  type DeviceEvent,
  deviceEvents,
  socketPath,
} from '@murmuration/protocol/messages/channel';
import { type CheckIn, type CheckInAnswer, checkIn } from '@murmuration/protocol/messages/check-in';
import {
  decodeFrame,
  encodeAccepted,
  encodeFrame,
  encodeRefused,
  maxFrameLength,
  refusalOf,
} from '@murmuration/protocol/messages/frame';
import { enrol, hello, type Welcome } from '@murmuration/protocol/messages/hello';
import {
  type MaskingContribution,
  type MaskingInput,
  maskingContribution,
} from '@murmuration/protocol/messages/masking';
import { type Assignment, type Leave, leave, type RoundEnd } from '@murmuration/protocol/messages/round';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { Clock, RandomBytes } from '@murmuration/protocol/ports';
import { Server } from 'socket.io';
import type * as z from 'zod/mini';
import type { CoordinatorEvents } from '../events.ts';
import type { Population } from '../population/population.ts';
import type { CohortChannel, MaskingEvent } from '../round/ports.ts';
import { Challenge } from './challenge.ts';
import { Connection, type DeviceSocket, type Identity } from './connection.ts';

/** What a device may ask for once it has said hello. */
export interface DeviceRequests {
  welcome(): Welcome;
  checkIn(device: Identity, message: CheckIn): CheckInAnswer;
  /** A message of secure aggregation. */
  contribute(
    device: Identity,
    phase: 'keys' | 'shares' | 'reveal',
    message: MaskingContribution,
  ): void | Promise<void>;
  leave(device: Identity, message: Leave): void | Promise<void>;
  connected(device: DeviceId): void;
  disconnected(device: DeviceId): void;
}

/** A connection that has not said hello by then, after its newest challenge, or after its enrolment, is closed, ms. */
const helloLimit = 15_000;
/** Challenges of one connection; whoever is too slow for the last one connects again. */
const maxChallenges = 3;

/** The devices' connections: every message is parsed, its sender known, and only then is it passed on. */
export class Gateway implements CohortChannel {
  readonly #io: Server;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #population: Population;
  readonly #events: CoordinatorEvents;
  readonly #connections = new Map<DeviceId, Connection>();
  #requests!: DeviceRequests;

  constructor(
    http: HttpServer,
    ports: {
      clock: Clock;
      random: RandomBytes;
      population: Population;
      events: CoordinatorEvents;
      cors: readonly string[];
    },
  ) {
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#population = ports.population;
    this.#events = ports.events;
    this.#io = new Server(http, {
      path: socketPath,
      transports: ['websocket'],
      serveClient: false,
      // A frame, and room for the envelope that socket.io puts around it.
      maxHttpBufferSize: maxFrameLength + 1_024,
      perMessageDeflate: false,
      cors: { origin: [...ports.cors] },
    });
  }

  /** Takes connections from now on. */
  open(requests: DeviceRequests): void {
    this.#requests = requests;
    this.#io.on('connection', (socket: DeviceSocket) => this.#welcome(socket));
  }

  /** Closes every connection; the HTTP server is left to its owner. */
  close(): void {
    this.#io.disconnectSockets(true);
    this.#io.engine.close();
  }

  /** Closes the connection of a device, if it has one; `code` says why to whoever counts refusals. */
  disconnect(device: DeviceId, code: ErrorCode): void {
    const connection = this.#connections.get(device);
    if (!connection) return;
    this.#events.emit('refused', 'socket', code, `the connection of ${device} was closed`);
    connection.socket.disconnect(true);
  }

  isConnected(device: DeviceId): boolean {
    return this.#connections.has(device);
  }

  assign(device: DeviceId, assignment: Assignment): void {
    this.#send(device, 'assignment', assignment);
  }

  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    this.#send(device, event, input);
  }

  end(device: DeviceId, end: RoundEnd): void {
    this.#send(device, 'round-end', end);
  }

  #send(device: DeviceId, event: CoordinatorEvent, message: unknown): void {
    this.#connections.get(device)?.socket.emit(event, encodeFrame(message));
  }

  #welcome(socket: DeviceSocket): void {
    const connection = new Connection(socket, this.#newChallenge());
    const { signal } = connection.gone;
    socket.on('disconnect', () => {
      connection.cancelHelloLimit();
      connection.gone.abort();
      this.#disconnected(connection);
    });
    this.#answer(connection, 'enrol', enrol, async message => {
      const device = await connection.challenge.answer('enrol', this.#clock.now(), nonce =>
        this.#population.enrol(message, nonce, signal),
      );
      this.#limitHello(connection);
      this.#events.emit('enrolled', device.id);
      return { device: device.id };
    });
    this.#answer(connection, 'hello', hello, message =>
      connection.challenge.answer('hello', this.#clock.now(), async nonce => {
        const device = await this.#population.identify(message, nonce);
        const answer = this.#requests.welcome();
        this.#identified(connection, { device, sdk: message.sdk, platform: message.platform });
        return answer;
      }),
    );
    this.#answer(connection, 'check-in', checkIn, async message =>
      this.#requests.checkIn(connection.owner, message),
    );
    for (const phase of ['keys', 'shares', 'reveal'] as const) {
      this.#answer(
        connection,
        phase,
        maskingContribution,
        async message => (await this.#requests.contribute(connection.owner, phase, message)) ?? null,
      );
    }
    this.#answer(
      connection,
      'leave',
      leave,
      async message => (await this.#requests.leave(connection.owner, message)) ?? null,
    );
    socket.onAny((event: string, ...args: unknown[]) => {
      if (known.has(event)) return;
      const refusal = new MurmurationError('request.not-found', 'There is no such event.');
      this.#events.emit('refused', 'socket', refusal.code, refusal.detail);
      const answer = args.at(-1);
      if (typeof answer === 'function') answer(encodeRefused(refusal));
    });
    this.#challenge(connection);
  }

  #newChallenge(): Challenge {
    return new Challenge(this.#random(32), this.#clock.now());
  }

  /** Sends a connection its newest challenge. */
  #challenge(connection: Connection): void {
    const { socket, challenge } = connection;
    this.#limitHello(connection);
    socket.emit('challenge', encodeFrame({ protocol: protocolVersion, nonce: challenge.nonce }));
  }

  /** Gives a connection time for a hello from now on. */
  #limitHello(connection: Connection): void {
    const { socket } = connection;
    connection.cancelHelloLimit();
    if (!socket.connected) return;
    connection.cancelHelloLimit = this.#clock.at(this.#clock.now() + helloLimit, () => {
      if (!connection.identity) socket.disconnect(true);
    });
  }

  #challengeAgain(connection: Connection): void {
    if (connection.identity || !connection.socket.connected || connection.challenges >= maxChallenges) return;
    connection.challenges += 1;
    connection.challenge = this.#newChallenge();
    this.#challenge(connection);
  }

  /** Answers one kind of message: with what `handle` returns, or with the code of what it throws. */
  #answer<Schema extends z.ZodMiniType>(
    connection: Connection,
    event: DeviceEvent,
    schema: Schema,
    handle: (message: z.output<Schema>) => Promise<unknown>,
  ): void {
    connection.socket.on(event, async (frame: unknown, answer: unknown) => {
      let reply: Uint8Array;
      let refused: ErrorCode | undefined;
      try {
        reply = encodeAccepted(await handle(decodeFrame(frame, schema)));
      } catch (error) {
        const { code, detail } = refusalOf(error);
        refused = code;
        this.#events.emit('refused', event, code, detail);
        if (!(error instanceof MurmurationError)) this.#events.emit('fault', event, error);
        reply = encodeRefused(error);
      }
      if (typeof answer === 'function') answer(reply);
      if (refused === 'device.challenge-expired') this.#challengeAgain(connection);
    });
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

const known: ReadonlySet<string> = new Set(deviceEvents);

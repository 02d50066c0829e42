import type { UploadRights } from '@murmuration/client-sdk/transport/transport';
import type { Core, DeviceChannel } from '@murmuration/coordinator/assembly/core';
import type { CoordinatorEvents } from '@murmuration/coordinator/events/events';
import type { Population } from '@murmuration/coordinator/population/population';
import { findRound } from '@murmuration/coordinator/rounds/all-tasks';
import type { MaskingEvent } from '@murmuration/coordinator/rounds/ports';
import type { Caller, Identity } from '@murmuration/coordinator/socket/caller';
import { Challenge } from '@murmuration/coordinator/socket/challenge';
import type { FrameLengths } from '@murmuration/coordinator/socket/frame-lengths';
import { PendingRoundEnds } from '@murmuration/coordinator/socket/pending-round-ends';
import {
  type DeviceRequests,
  type RequestHandlers,
  requestHandlers,
} from '@murmuration/coordinator/socket/request-handlers';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type DeviceId,
  type ModelHash,
  parseAssignmentId,
  parseRoundId,
} from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { ComeBack } from '@murmuration/protocol/messages/check-in';
import { encodeAccepted, encodeFrame, encodeRefused, refusalOf } from '@murmuration/protocol/messages/frame';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import { type Assignment, encodeAssignment, type RoundEnd } from '@murmuration/protocol/messages/round';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';

/** A device's end of a connection. */
export interface LoopbackPeer {
  /** The coordinator sends a frame. */
  receive(event: CoordinatorEvent, frame: Uint8Array): void;
  /** The coordinator has closed the connection. */
  closed(): void;
}

/** The coordinator's end of a connection: its challenge and, after its hello, whose it is. */
export class LoopbackConnection implements Caller {
  readonly peer: LoopbackPeer;
  readonly challenge: Challenge;
  readonly gone = new AbortController();
  identity: Identity | undefined;
  isOver = false;

  constructor(peer: LoopbackPeer, challenge: Challenge) {
    this.peer = peer;
    this.challenge = challenge;
  }

  get owner(): Identity {
    if (!this.identity) throw new MurmurationError('device.not-identified');
    return this.identity;
  }
}

export interface LoopbackPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly population: Population;
  readonly events: CoordinatorEvents;
  /** The longest frame of each event. */
  readonly frames: FrameLengths;
}

/**
 * The devices' connections to a coordinator of the same process: frames are encoded, bounded, parsed and answered as those of sockets are,
 * and only the sockets are missing.
 */
export class LoopbackGateway implements DeviceChannel {
  readonly #ports: LoopbackPorts;
  readonly #connections = new Map<DeviceId, LoopbackConnection>();
  readonly #unheard = new PendingRoundEnds();
  #core!: Pick<Core, 'rounds' | 'registry' | 'traffic'>;
  #requests!: DeviceRequests;
  #answers!: RequestHandlers<LoopbackConnection>;

  constructor(ports: LoopbackPorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes connections from now on. */
  open(core: Pick<Core, 'rounds' | 'registry' | 'traffic' | 'requests'>): void {
    const { population, clock, events, frames } = this.#ports;
    this.#core = core;
    this.#requests = core.requests;
    this.#answers = requestHandlers<LoopbackConnection>(
      {
        enrol: async ({ challenge, gone }, message) => {
          const { id } = await challenge.answer('enrol', clock.now(), nonce =>
            population.enrol(message, nonce, gone.signal),
          );
          events.emit('enrolled', id);
          return { device: id };
        },
        hello: (connection, message) =>
          connection.challenge.answer('hello', clock.now(), async nonce => {
            const device = await population.identify(message, nonce);
            const answer = core.requests.welcome();
            this.#identified(connection, { device, sdk: message.sdk, platform: message.platform });
            return answer;
          }),
      },
      core.requests,
      frames,
    );
  }

  /** A device connects: it is sent a challenge. */
  connect(peer: LoopbackPeer): LoopbackConnection {
    const nonce = this.#ports.random(32);
    const connection = new LoopbackConnection(peer, new Challenge(nonce, this.#ports.clock.now()));
    peer.receive('challenge', encodeFrame({ protocol: protocolVersion, nonce }));
    return connection;
  }

  /** The connection is gone. */
  lost(connection: LoopbackConnection): void {
    connection.gone.abort();
    const device = connection.identity?.device.id;
    if (!device || this.#connections.get(device) !== connection) return;
    this.#connections.delete(device);
    this.#ports.events.emit('disconnected', device);
    this.#requests.disconnected(device);
  }

  /** The frame of the answer to a frame. */
  async answer(connection: LoopbackConnection, event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    try {
      return encodeAccepted(await this.#answers[event](connection, frame));
    } catch (error) {
      this.#refused(event, error);
      return encodeRefused(error);
    } finally {
      if (connection.isOver) this.#close(connection);
    }
  }

  /** Takes an update as `PUT` of its path does. Throws what that refuses with. */
  async upload(path: string, { token, signature }: UploadRights, bytes: Uint8Array): Promise<void> {
    try {
      const [, , , round, , assignmentId] = path.split('/');
      const driver = findRound(this.#core.rounds, parseRoundId(round!));
      const assignment = parseAssignmentId(assignmentId!);
      const device = driver.authenticate(assignment, token);
      if (this.#ports.population.isRevoked(device)) throw new MurmurationError('device.revoked');
      if (bytes.length !== driver.updateLength)
        throw new MurmurationError(
          'update.wrong-length',
          `An update of this round has ${driver.updateLength} bytes; this one has ${bytes.length}.`,
        );
      this.#core.traffic.add(driver.terms.plan.task, 'up', bytes.length);
      await driver.accept(assignment, bytes, signature);
    } catch (error) {
      this.#refused('update', error);
      throw error;
    }
  }

  /** A file of a model version, as `GET` of its path gives it. Throws `model.missing`. */
  async download(path: string): Promise<Uint8Array> {
    const [, , , model, file] = path.split('/') as [string, string, string, ModelHash, string];
    const { registry, traffic, rounds } = this.#core;
    const bytes = await registry.blob(file === 'model.json' ? model : file.slice(0, 64));
    const [task] = rounds.values();
    traffic.add(task!.task.name, 'down', bytes.length);
    return bytes;
  }

  get devices(): Iterable<DeviceId> {
    return this.#connections.keys();
  }

  isConnected(device: DeviceId): boolean {
    return this.#connections.has(device);
  }

  disconnect(device: DeviceId): void {
    const connection = this.#connections.get(device);
    if (connection) this.#close(connection);
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

  #send(device: DeviceId, event: CoordinatorEvent, frame: Uint8Array): void {
    this.#connections.get(device)?.peer.receive(event, frame);
  }

  #close(connection: LoopbackConnection): void {
    this.lost(connection);
    connection.peer.closed();
  }

  /** One live connection a device: the newer one counts. */
  #identified(connection: LoopbackConnection, identity: Identity): void {
    if (connection.identity || connection.gone.signal.aborted) return;
    const { id } = identity.device;
    const older = this.#connections.get(id);
    connection.identity = identity;
    this.#connections.set(id, connection);
    if (older) older.peer.closed();
    else this.#ports.events.emit('connected', id, identity.platform, identity.sdk);
    const unheard = this.#unheard.take(id);
    if (unheard) this.end(id, unheard);
    this.#requests.connected(id);
  }

  #refused(where: string, error: unknown): void {
    const { code, detail } = refusalOf(error);
    this.#ports.events.emit('refused', where, code, detail);
    if (!(error instanceof MurmurationError)) this.#ports.events.emit('fault', where, error);
  }
}

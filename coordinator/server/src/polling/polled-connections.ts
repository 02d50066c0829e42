import { createHash } from 'node:crypto';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { CheckInAnswer } from '@murmuration/protocol/messages/check-in';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { FairQuota } from '@murmuration/rounds/limits/fair-quota';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { Quota } from '@murmuration/serving/limits/quota';
import type { Admission } from '../devices/admission.ts';
import type { DeviceConnection } from '../devices/device-connection.ts';
import type { DeviceConnections } from '../devices/device-connections.ts';
import { gone, PolledCarrier, type Reply } from './polled-carrier.ts';

export interface PolledConnectionsPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: CoordinatorEvents;
  readonly limits: Limits;
  readonly admission: Admission;
}

/** Connection and its carrier. */
export interface Polled {
  readonly carrier: PolledCarrier;
  readonly connection: DeviceConnection;
}

/**
 * Connections of devices over plain HTTP, by token: only the holder of the token can ask and poll on a
 * connection.
 */
export class PolledConnections {
  readonly #connections: DeviceConnections;
  readonly #ports: PolledConnectionsPorts;
  readonly #places: Quota;
  readonly #strangers: FairQuota;
  /** Connections by the digest of their token; the token itself is not stored. */
  readonly #polled = new Map<string, Polled>();
  #opened = 0;
  #isClosed = false;

  constructor(connections: DeviceConnections, ports: PolledConnectionsPorts) {
    const { polled, polledPerAddress, strangers, strangersPerAddress } = ports.limits;
    this.#connections = connections;
    this.#ports = ports;
    this.#places = new Quota(polled, polledPerAddress);
    this.#strangers = new FairQuota(strangers, strangersPerAddress);
  }

  /** Number of connections. */
  get size(): number {
    return this.#polled.size;
  }

  /** Number of connections on which a poll waits. */
  get polls(): number {
    let polls = 0;
    for (const { carrier } of this.#polled.values()) if (carrier.isPolled) polls += 1;
    return polls;
  }

  /**
   * Opens a connection and returns its token, 43 characters of base64url, which is not stored. Throws
   * `server.stopping` or `server.busy`.
   */
  open(address: string): Polled & { readonly token: string } {
    if (this.#isClosed) throw new MurmurationError('server.stopping');
    const leave = this.#places.take(address);
    const known = leave && this.#strangers.take(address, () => carrier.destroy());
    if (!known) {
      leave?.();
      throw new MurmurationError('server.busy');
    }
    const { clock, random, events, limits } = this.#ports;
    const token = base64url(random(32));
    const digest = digestOf(token);
    this.#opened += 1;
    const carrier = new PolledCarrier(`polled ${this.#opened}`, address, {
      clock,
      outgoing: limits.outgoing,
      known,
      lost: () => this.#connections.lost(connection),
      ended: () => {
        this.#polled.delete(digest);
        known();
        leave();
      },
      unread: () =>
        events.emit(
          'refused',
          'http',
          'device.unread',
          'The connection was closed with too many bytes unread.',
        ),
    });
    const connection = this.#connections.connect(carrier);
    this.#polled.set(digest, { carrier, connection });
    return { token, carrier, connection };
  }

  /**
   * Returns the connection of a token. Throws the same `request.not-found` for an unknown token as for an
   * ended one.
   */
  find(token: string): Polled {
    const polled = this.#polled.get(digestOf(token));
    if (!polled) throw gone();
    return polled;
  }

  /** Ends the connection of a token, if there is one. */
  end(token: string): void {
    this.#polled.get(digestOf(token))?.carrier.destroy();
  }

  /** True if more may come on a connection, other than what all devices are sent. */
  expects({ connection }: Polled): boolean {
    return this.#connections.expects(connection);
  }

  /**
   * Returns the maximum frame length of an event, in bytes. Throws `device.not-identified` before the hello
   * for an event that is only answered after it.
   */
  longest({ connection }: Polled, event: DeviceEvent): number {
    if (event !== 'enrol' && event !== 'hello') void connection.owner;
    return this.#connections.longest(event);
  }

  /**
   * Returns the answer to a request; a request repeated under the same key gets the same answer and is not
   * executed twice. Throws the refusal, which has already been counted.
   */
  answer({ carrier, connection }: Polled, event: DeviceEvent, key: string, frame: unknown): Promise<Reply> {
    const body = frame instanceof Uint8Array ? frame : new Uint8Array(0);
    return carrier.answers.answer(
      key,
      [event, body],
      () =>
        new Promise((resolve, reject) => {
          let failure: { readonly error: unknown } | undefined;
          let value: unknown;
          const work = async () => {
            try {
              const device = connection.identity?.device.id;
              value = await this.#ports.admission.admit(carrier, device, event, () =>
                this.#connections.handle(connection, event, frame),
              );
              return value;
            } catch (error) {
              failure = { error };
              throw error;
            }
          };
          void this.#connections.answer(connection, event, work, answer => {
            if (failure) reject(failure.error);
            else resolve({ frame: answer, after: event === 'check-in' ? laterOf(value) : undefined });
          });
        }),
    );
  }

  /** Opens no more connections and closes all, answering the polls that wait. */
  close(): void {
    this.#isClosed = true;
    for (const { carrier } of [...this.#polled.values()]) carrier.destroy();
  }
}

/** Returns the milliseconds after which a device that checked in must do so again. */
function laterOf(value: unknown): number | undefined {
  const answer = value as CheckInAnswer;
  return answer.decision === 'later' ? answer.after : undefined;
}

/**
 * Returns the digest of a token. A lookup by digest takes no longer for a token that shares a prefix with a
 * valid one.
 */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

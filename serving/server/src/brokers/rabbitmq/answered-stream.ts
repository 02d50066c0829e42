import { base64url } from '@murmuration/protocol/encoding/bytes';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client';
import type { AnsweredKeys } from '../answered-keys.ts';

/** Maximum number of unacknowledged marks. */
const prefetch = 1_000;
const barrier = 'barrier.';
/**
 * Milliseconds after which an unseen barrier is published again: a stream that has just started may lose one.
 */
const barrierTimeoutMs = 1_000;

export interface AnsweredStreamPorts {
  readonly connection: Connection;
  /** Name of the stream. */
  readonly name: string;
  readonly answered: AnsweredKeys;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Called with the error that ends it. */
  readonly failed: (error: unknown) => void;
}

/** Follows the stream of keys that any server has answered. */
export class AnsweredStream {
  readonly #ports: AnsweredStreamPorts;
  readonly #channel: Channel;
  readonly #waiting = new Map<string, () => void>();
  #unacknowledged = 0;

  private constructor(ports: AnsweredStreamPorts, channel: Channel) {
    this.#ports = ports;
    this.#channel = channel;
  }

  /** Reads the stream from its start and follows it. Resolves once the existing keys are read. */
  static async open(ports: AnsweredStreamPorts): Promise<AnsweredStream> {
    const channel = await ports.connection.acquire({ emitErrorsFromChannel: true });
    channel.on('error', ports.failed);
    channel.on('basic.cancel', (_, error) => ports.failed(error));
    const stream = new AnsweredStream(ports, channel);
    await channel.basicQos({ prefetchCount: prefetch });
    await channel.basicConsume({ queue: ports.name, arguments: { 'x-stream-offset': 'first' } }, message => {
      stream.#read(message);
    });
    await stream.caughtUp();
    return stream;
  }

  /** Resolves once everything is read that was in the stream at the time of the call. */
  caughtUp(): Promise<void> {
    const { clock, name, random } = this.#ports;
    const id = `${barrier}${base64url(random(12))}`;
    return new Promise((resolve, reject) => {
      let cancel: Cancel = () => {};
      this.#waiting.set(id, () => {
        cancel();
        resolve();
      });
      const set = () => {
        this.#channel.basicPublish({ routingKey: name, messageId: id }, Buffer.alloc(0)).catch(error => {
          cancel();
          this.#waiting.delete(id);
          reject(error);
        });
        cancel = clock.at(clock.now() + barrierTimeoutMs, set);
      };
      set();
    });
  }

  close(): Promise<void> {
    return this.#channel.close();
  }

  #read({ messageId: id = '', correlationId: request, deliveryTag }: AsyncMessage): void {
    this.#unacknowledged += 1;
    if (this.#unacknowledged >= prefetch / 4 && this.#channel.active) {
      this.#unacknowledged = 0;
      this.#channel.basicAck({ deliveryTag, multiple: true });
    }
    if (!id.startsWith(barrier)) {
      this.#ports.answered.set(id, request);
      return;
    }
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }
}

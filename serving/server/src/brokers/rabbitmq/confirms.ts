import type { Channel, Connection } from 'rabbitmq-client';
import type { CommitPorts, Publication } from './publication.ts';

/** Publishes messages each by itself. */
export class Confirms {
  readonly #connection: Connection;
  readonly #ports: CommitPorts;
  #channel: Promise<Channel> | undefined;
  /** Queues that were not there for what has to arrive. */
  readonly #missing = new Set<string>();

  constructor(connection: Connection, ports: CommitPorts) {
    this.#connection = connection;
    this.#ports = ports;
  }

  /** Whether the broker has it in writing; false where its queue refuses it. Rejects where that is not known, or the queue has to be there and is not. */
  async publish({ envelope, body }: Publication): Promise<boolean> {
    // Few servers ever need it.
    this.#channel ??= this.#open();
    const channel = await this.#channel;
    try {
      await channel.basicPublish(envelope, body);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'NACK') return false;
      throw error;
    }
    // What could not be delivered came back before, and is told in a turn of its own.
    await new Promise<void>(resolve => this.#ports.turns.soon(resolve));
    const queue = envelope.routingKey ?? '';
    if (envelope.mandatory && this.#missing.delete(queue))
      throw new Error(`The queue ${queue} is not there.`);
    return true;
  }

  async close(): Promise<void> {
    await (await this.#channel)?.close();
  }

  async #open(): Promise<Channel> {
    const channel = await this.#connection.acquire({ emitErrorsFromChannel: true });
    channel.on('error', this.#ports.failed);
    channel.on('close', () => {
      this.#channel = undefined;
    });
    channel.on('basic.return', ({ routingKey }) => this.#missing.add(routingKey ?? ''));
    await channel.confirmSelect();
    return channel;
  }
}

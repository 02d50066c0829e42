import type { Channel, Connection } from 'rabbitmq-client';
import type { CommitPorts, Publication } from './publication.ts';

/** Publishes messages one by one with confirms. */
export class Confirms {
  readonly #connection: Connection;
  readonly #ports: CommitPorts;
  #channel: Promise<Channel> | undefined;
  /** Queues that were missing for mandatory messages. */
  readonly #missing = new Set<string>();

  constructor(connection: Connection, ports: CommitPorts) {
    this.#connection = connection;
    this.#ports = ports;
  }

  /**
   * Publishes a message. Returns true once the broker has stored it, false if its queue refuses it. Rejects
   * if that is unknown, or if a mandatory queue is missing.
   */
  async publish({ envelope, body }: Publication): Promise<boolean> {
    // Opened on first use: few servers need it.
    this.#channel ??= this.#open();
    const channel = await this.#channel;
    try {
      await channel.basicPublish(envelope, body);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'NACK') return false;
      throw error;
    }
    // Returned messages have arrived before, but their events fire in a later turn.
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

import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Channel, Envelope } from 'rabbitmq-client';
import type { Turns } from '../../server/turns.ts';

/** A message that goes out. */
export interface Publication {
  readonly envelope: Envelope;
  readonly body: Buffer;
}

export interface CommitPorts {
  readonly clock: Clock;
  readonly turns: Turns;
}

interface Waiting {
  readonly deliveryTag: number;
  readonly publications: readonly Publication[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Requests whose answers are committed together at most. */
const mostTogether = 256;
/** ms that a commit may take; a queue whose leader is gone leaves one without an end. */
const patience = 15_000;

/**
 * Publishes what follows from requests, and acknowledges them once that is in writing. What follows from one request is published in one
 * transaction: if this process dies, the broker has all of it or nothing. While one transaction is committed, the next one fills. Acknowledgements
 * go with the transaction after that.
 */
export class Commits {
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #turns: Turns;
  #waiting: Waiting[] = [];
  #written: number[] = [];
  #isRunning = false;
  /** Queues that were not there for what has to arrive. */
  readonly #missing = new Set<string>();
  #idle: (() => void)[] = [];

  /** The channel on which the requests came. */
  constructor(channel: Channel, { clock, turns }: CommitPorts) {
    this.#channel = channel;
    this.#clock = clock;
    this.#turns = turns;
    channel.on('basic.return', ({ routingKey }) => this.#missing.add(routingKey ?? ''));
  }

  static async open(channel: Channel, ports: CommitPorts): Promise<Commits> {
    await channel.txSelect();
    return new Commits(channel, ports);
  }

  /** Settles when the broker has the publications in writing; rejects where that is not known. */
  add(deliveryTag: number, publications: readonly Publication[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ deliveryTag, publications, resolve, reject });
      if (!this.#isRunning) this.#run();
    });
  }

  /** Settles when nothing is left to commit. */
  idle(): Promise<void> {
    return this.#isRunning ? new Promise(resolve => this.#idle.push(resolve)) : Promise.resolve();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length + this.#written.length > 0) {
      const group = this.#waiting.splice(0, mostTogether);
      try {
        await this.#commit(group);
        for (const each of group) this.#settle(each);
        this.#missing.clear();
      } catch (error) {
        for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
        this.#written = [];
      }
    }
    this.#isRunning = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    for (const deliveryTag of this.#written.splice(0)) this.#channel.basicAck({ deliveryTag });
    await Promise.all(
      group.flatMap(({ publications }) =>
        publications.map(({ envelope, body }) => this.#channel.basicPublish(envelope, body)),
      ),
    );
    await this.#inTime(this.#channel.txCommit());
    // What could not be delivered came back before, and is told in a turn of its own.
    await new Promise<void>(resolve => this.#turns.soon(resolve));
  }

  async #inTime(work: Promise<void>): Promise<void> {
    let cancel: Cancel = () => {};
    const late = new Promise<void>((_, reject) => {
      cancel = this.#clock.at(this.#clock.now() + patience, () =>
        reject(new Error('The broker does not say whether it has the answers.')),
      );
    });
    try {
      await Promise.race([work, late]);
    } finally {
      cancel();
    }
  }

  #settle({ deliveryTag, publications, resolve, reject }: Waiting): void {
    const lost = publications.find(
      ({ envelope: { mandatory, routingKey } }) => mandatory && this.#missing.has(routingKey ?? ''),
    );
    if (lost) {
      reject(new Error(`The queue ${lost.envelope.routingKey} is not there.`));
      return;
    }
    this.#written.push(deliveryTag);
    resolve();
  }
}

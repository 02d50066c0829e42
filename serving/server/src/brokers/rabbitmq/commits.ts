import { withDeadline } from '@murmuration/protocol/time/deadline';
import type { Channel, Connection } from 'rabbitmq-client';
import { Confirms } from './confirms.ts';
import type { CommitPorts, Publication } from './publication.ts';

/** Error of an answer queue, named by a client, that refuses a message. */
export class AnswerRefused extends Error {
  constructor(queue: string) {
    super(`The queue of answers ${queue} takes no more.`);
  }
}

/** Error of a transaction that a queue refused; the broker does not tell which one. */
class TransactionRefused extends Error {}

interface Waiting {
  readonly publications: readonly Publication[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Maximum requests whose answers are committed together. */
const mostTogether = 256;
/** Maximum ms of a commit; it would hang forever if a queue has lost its leader. */
const commitTimeoutMs = 15_000;
/** Maximum number of remembered queues that have refused an answer. */
const mostRefusing = 10_000;

/**
 * Publishes the results of requests, and acknowledges the requests once those are stored. The results of one
 * request are published in one transaction: if this process dies, the broker has all of them or none. While
 * one transaction is committed, the next one fills.
 *
 * A transaction fails as a whole if one queue refuses, as a client's full queue does. Its messages are then
 * published again one by one with confirms, and answers to a queue that refused one never join a transaction
 * again.
 */
export class Commits {
  readonly #connection: Connection;
  /** Channel that the requests came on. */
  readonly #requests: Channel;
  readonly #ports: CommitPorts;
  readonly #confirms: Confirms;
  readonly #refusing = new Set<string>();
  #channel: Channel;
  #waiting: Waiting[] = [];
  #isRunning = false;
  /** Queues that were missing for mandatory messages. */
  readonly #missing = new Set<string>();
  #underWay = 0;
  #idle: (() => void)[] = [];

  private constructor(connection: Connection, requests: Channel, channel: Channel, ports: CommitPorts) {
    this.#connection = connection;
    this.#requests = requests;
    this.#channel = channel;
    this.#ports = ports;
    this.#confirms = new Confirms(connection, ports);
    this.#listen();
  }

  /** Opens a transaction channel; `requests` is the channel that the requests came on. */
  static async open(connection: Connection, requests: Channel, ports: CommitPorts): Promise<Commits> {
    return new Commits(connection, requests, await transacting(connection, ports), ports);
  }

  /**
   * Resolves when the broker has stored the publications; rejects if that is unknown, and with
   * `AnswerRefused` if it has none of them, since the answer's queue refuses.
   */
  async add(deliveryTag: number, publications: readonly Publication[]): Promise<void> {
    this.#underWay += 1;
    try {
      await this.#publish(publications);
      this.#requests.basicAck({ deliveryTag });
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Resolves when nothing is left to commit. */
  idle(): Promise<void> {
    return this.#underWay > 0 ? new Promise(resolve => this.#idle.push(resolve)) : Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#channel.close();
    await this.#confirms.close();
  }

  async #publish(publications: readonly Publication[]): Promise<void> {
    if (publications.length === 0) return;
    if (!publications.some(each => each.isAnswer && this.#refusing.has(queueOf(each)))) {
      try {
        return await this.#together(publications);
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
      }
    }
    // The answer first: if it is refused, the others must not be published.
    for (const each of publications.toSorted(
      (a, b) => Number(b.isAnswer ?? false) - Number(a.isAnswer ?? false),
    ))
      await this.#apart(each);
  }

  async #apart(publication: Publication): Promise<void> {
    const queue = queueOf(publication);
    if (await this.#inTime(this.#confirms.publish(publication))) return;
    if (!publication.isAnswer) throw new Error(`The queue ${queue} takes no more.`);
    this.#refusing.add(queue);
    for (const oldest of this.#refusing) {
      if (this.#refusing.size <= mostRefusing) break;
      this.#refusing.delete(oldest);
    }
    throw new AnswerRefused(queue);
  }

  #together(publications: readonly Publication[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ publications, resolve, reject });
      if (!this.#isRunning) this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, mostTogether);
      try {
        await this.#commit(group);
        for (const each of group) this.#settle(each);
        this.#missing.clear();
      } catch (error) {
        for (const { reject } of group) reject(error);
        if (error instanceof TransactionRefused) continue;
        for (const { reject } of this.#waiting.splice(0)) reject(error);
      }
    }
    this.#isRunning = false;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    await Promise.all(
      group.flatMap(({ publications }) =>
        publications.map(({ envelope, body }) => this.#channel.basicPublish(envelope, body)),
      ),
    );
    try {
      await this.#inTime(this.#channel.txCommit());
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'PRECONDITION_FAILED') throw error;
      // The broker has closed the channel.
      this.#channel = await transacting(this.#connection, this.#ports);
      this.#listen();
      throw new TransactionRefused();
    }
    // Returned messages have arrived before, but their events fire in a later turn.
    await new Promise<void>(resolve => this.#ports.turns.soon(resolve));
  }

  #listen(): void {
    this.#channel.on('basic.return', ({ routingKey }) => this.#missing.add(routingKey ?? ''));
  }

  #inTime<Result>(work: Promise<Result>): Promise<Result> {
    const { clock } = this.#ports;
    const late = () => new Error('The broker does not say whether it has the answers.');
    return withDeadline({ clock, limit: commitTimeoutMs, late }, () => work);
  }

  #settle({ publications, resolve, reject }: Waiting): void {
    const lost = publications.find(each => each.envelope.mandatory && this.#missing.has(queueOf(each)));
    if (lost) reject(new Error(`The queue ${queueOf(lost)} is not there.`));
    else resolve();
  }
}

function queueOf({ envelope }: Publication): string {
  return envelope.routingKey ?? '';
}

async function transacting(connection: Connection, { failed }: CommitPorts): Promise<Channel> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true });
  channel.on('error', failed);
  await channel.txSelect();
  return channel;
}

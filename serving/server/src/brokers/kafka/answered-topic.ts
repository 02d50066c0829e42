import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { AnsweredKeys } from '../answered-keys.ts';
import { answeredBy } from './messages.ts';

export interface AnsweredTopicPorts {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topic: string;
  /** Consumer group, unique to each server, so each reads all answers. */
  readonly group: string;
  readonly answered: AnsweredKeys;
  /** Maximum number of existing answers to read. */
  readonly remember: number;
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  /** Offset up to which to read, by partition. */
  readonly ends: ReadonlyMap<number, bigint>;
  readonly resolve: () => void;
}

/** Follows the topic of answers: its keys are those that any server has answered. */
export class AnsweredTopic {
  readonly #ports: AnsweredTopicPorts;
  readonly #consumer: Consumer;
  /** Offset up to which a partition has been read, by partition. */
  readonly #read = new Map<number, bigint>();
  #waiting: Waiting[] = [];

  private constructor(ports: AnsweredTopicPorts, consumer: Consumer) {
    this.#ports = ports;
    this.#consumer = consumer;
  }

  /** Opens the topic; resolves once the newest existing answers are read. */
  static async open(ports: AnsweredTopicPorts): Promise<AnsweredTopic> {
    const { kafka, admin, topic, group, remember, failed } = ports;
    const consumer = kafka.consumer({
      groupId: group,
      maxWaitTimeInMs: 200,
      retry: { retries: 2, restartOnFailure: async () => false },
    });
    const answers = new AnsweredTopic(ports, consumer);
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error));
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: payload => answers.#batch(payload),
    });
    const partitions = await admin.fetchTopicOffsets(topic);
    const each = BigInt(Math.ceil(remember / partitions.length));
    for (const { partition, low, high } of partitions) {
      const newest = BigInt(high) - each;
      const start = newest > BigInt(low) ? newest : BigInt(low);
      answers.#advance(partition, start);
      consumer.seek({ topic, partition, offset: String(start) });
    }
    await answers.caughtUp();
    return answers;
  }

  /** Resolves once everything is read that was in the topic at the time of the call. */
  async caughtUp(): Promise<void> {
    const { admin, topic } = this.#ports;
    const partitions = await admin.fetchTopicOffsets(topic);
    const ends = new Map(partitions.map(({ partition, high }) => [partition, BigInt(high)]));
    return new Promise(resolve => {
      this.#waiting.push({ ends, resolve });
      this.#wake();
    });
  }

  close(): Promise<void> {
    return this.#consumer.disconnect();
  }

  async #batch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    for (const message of batch.messages) {
      const answered = answeredBy(message);
      if (answered) this.#ports.answered.set(answered.key, answered.request);
    }
    const last = batch.lastOffset();
    resolveOffset(last);
    this.#advance(batch.partition, BigInt(last) + 1n);
    this.#wake();
    await heartbeat();
  }

  #advance(partition: number, end: bigint): void {
    const before = this.#read.get(partition) ?? 0n;
    if (end > before || !this.#read.has(partition)) this.#read.set(partition, end);
  }

  #wake(): void {
    const isRead = ({ ends }: Waiting) =>
      [...ends].every(([partition, end]) => (this.#read.get(partition) ?? 0n) >= end);
    const [done, left] = [this.#waiting.filter(isRead), this.#waiting.filter(each => !isRead(each))];
    this.#waiting = left;
    for (const { resolve } of done) resolve();
  }
}

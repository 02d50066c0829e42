import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { AnsweredKeys } from '../answered-keys.ts';
import { answeredBy } from './messages.ts';

export interface AnsweredTopicPorts {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topic: string;
  /** A consumer group of its own: each server reads all answers. */
  readonly group: string;
  readonly answered: AnsweredKeys;
  /** Answers that are read of what is there at most. */
  readonly remember: number;
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  /** By partition: the offset up to which there is something to read. */
  readonly ends: ReadonlyMap<number, bigint>;
  readonly resolve: () => void;
}

/** Follows the topic of answers: its keys are those that have been answered, by whichever server. */
export class AnsweredTopic {
  readonly #ports: AnsweredTopicPorts;
  readonly #consumer: Consumer;
  /** By partition: what has been read ends there. */
  readonly #read = new Map<number, bigint>();
  #waiting: Waiting[] = [];

  private constructor(ports: AnsweredTopicPorts, consumer: Consumer) {
    this.#ports = ports;
    this.#consumer = consumer;
  }

  /** Settles once the newest answers that were there are read. */
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

  /** Settles once everything is read that was in the topic at the time of the call. */
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
      if (answered) this.#ports.answered.add(answered.key, answered.request);
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

import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel } from '@murmuration/protocol/time/clock';
import {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  Kafka,
  type KafkaMessage,
  logLevel,
  type Producer,
  type SASLOptions,
} from 'kafkajs';
import { repeating, untilAtMost } from '../../server/waiting.ts';
import type { AnsweredKeys } from '../answered-keys.ts';
import type { BrokerPorts } from '../broker.ts';
import { failedBy } from '../handle.ts';
import { attemptOf, usedKey } from '../headers.ts';
import { type BrokerSession, watchLag } from '../kept-session.ts';
import type { BrokerPace, KafkaSettings } from '../settings.ts';
import { AnsweredTopic } from './answered-topic.ts';
import { boundFetches } from './bounded-fetch.ts';
import { Deliveries } from './deliveries.ts';
import { dueAt, headersOf, idOf, keyOf, requestIn, type Topics, topicsOf } from './messages.ts';
import { UnreadableMessage } from './records.ts';
import { type Done, type SettledOutcome, Writes } from './writes.ts';

/** Maximum ms to wait for a lost cluster when closing. */
const closeTimeoutMs = 5_000;
/** Number of partitions that are processed concurrently. */
const partitionsAtOnce = 4;
const kafka = 'kafka';
const none = Buffer.alloc(0);

/** Takes requests over one set of connections until one of them is lost. */
export class KafkaSession implements BrokerSession {
  readonly lost: Promise<unknown>;
  readonly #settings: KafkaSettings & BrokerPace;
  readonly #ports: BrokerPorts;
  readonly #answered: AnsweredKeys;
  readonly #topics: Topics;
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  readonly #deliveries: Deliveries;
  readonly #resumptions = new Set<Cancel>();
  #answers: AnsweredTopic | undefined;
  #writes: Writes | undefined;
  /** Resolves when the answers of servers that had this one's partitions before are known. */
  #current: Promise<void> | undefined;
  #lose: (reason: unknown) => void = () => {};
  #isLost = false;
  readonly #closing = new AbortController();

  private constructor(settings: KafkaSettings & BrokerPace, ports: BrokerPorts, answered: AnsweredKeys) {
    const { brokers, tls, sasl, group, session } = settings;
    this.#settings = settings;
    this.#ports = ports;
    this.#answered = answered;
    this.#topics = topicsOf(settings);
    this.lost = new Promise(resolve => {
      this.#lose = reason => {
        this.#isLost = true;
        resolve(reason);
      };
    });
    const { requests, answers, retries } = this.#topics;
    boundFetches([requests, answers, retries]);
    // Few tries here: `KeptSession` decides when to try again.
    const retry = { retries: 2, initialRetryTime: 200, restartOnFailure: async () => false };
    this.#kafka = new Kafka({
      clientId: 'murmuration-inference',
      brokers: [...brokers],
      ssl: tls,
      ...(sasl && { sasl: sasl as SASLOptions }),
      connectionTimeout: 10_000,
      logLevel: logLevel.NOTHING,
      retry,
    });
    this.#admin = this.#kafka.admin({ retry });
    // No second try: after a failure, the topic of answers shows what has arrived.
    this.#producer = this.#kafka.producer({ maxInFlightRequests: 1, retry: { ...retry, retries: 0 } });
    this.#consumer = this.#kafka.consumer({
      groupId: group,
      sessionTimeout: session,
      heartbeatInterval: Math.min(3_000, session / 3),
      maxWaitTimeInMs: 200,
      retry,
    });
    const atOnce = Math.max(1, Math.floor(settings.prefetch / partitionsAtOnce));
    this.#deliveries = new Deliveries({ admin: this.#admin, consumer: this.#consumer, group, atOnce });
  }

  /** Connects, reads which keys have been answered, and starts. */
  static async open(
    settings: KafkaSettings & BrokerPace,
    ports: BrokerPorts,
    answered: AnsweredKeys,
  ): Promise<KafkaSession> {
    const session = new KafkaSession(settings, ports, answered);
    try {
      await session.#begin();
    } catch (error) {
      session.#lose(error);
      await session.close();
      throw error;
    }
    return session;
  }

  async close(): Promise<void> {
    const { clock } = this.#ports;
    this.#closing.abort();
    for (const cancel of this.#resumptions) cancel();
    const left = Promise.allSettled([this.#consumer.disconnect(), this.#answers?.close()]).then(() =>
      Promise.allSettled([this.#producer.disconnect(), this.#admin.disconnect()]),
    );
    if (this.#isLost) await untilAtMost(clock.now() + closeTimeoutMs, clock, left);
    else await left;
  }

  async #begin(): Promise<void> {
    const { group, remember, prefetch } = this.#settings;
    const { requests, answers, retries } = this.#topics;
    await this.#admin.connect();
    await this.#producer.connect();
    this.#answers = await AnsweredTopic.open({
      kafka: this.#kafka,
      admin: this.#admin,
      topic: answers,
      group: `${group}.answers.${base64url(this.#ports.random(12))}`,
      answered: this.#answered,
      remember,
      failed: this.#lose,
    });
    this.#writes = new Writes({
      producer: this.#producer,
      topics: this.#topics,
      answers: this.#answers,
      answered: this.#answered,
      clock: this.#ports.clock,
      fault: this.#ports.fault,
    });
    const { CRASH, GROUP_JOIN } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload }) => this.#lose(payload.error));
    this.#consumer.on(GROUP_JOIN, () => {
      this.#current = undefined;
      this.#deliveries.clear();
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [requests, retries], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: Math.min(partitionsAtOnce, prefetch),
      eachBatch: payload => this.#batch(payload),
    });
    void watchLag(() => this.#measureLag(), this.#ports.clock, this.#closing.signal, this.#lose);
  }

  async #batch(payload: EachBatchPayload): Promise<void> {
    const { batch, isRunning, isStale, pause } = payload;
    const { clock } = this.#ports;
    this.#current ??= this.#answers?.caughtUp();
    await this.#current;
    const due = batch.topic === this.#topics.retries ? dueAt : () => 0;
    let left = batch.messages;
    while (left.length > 0) {
      if (!isRunning() || isStale() || this.#closing.signal.aborted || this.#isLost) return;
      const [first] = left as [KafkaMessage];
      if (due(first) > clock.now()) {
        const resume = pause();
        const cancel = clock.at(due(first), () => {
          this.#resumptions.delete(cancel);
          resume();
        });
        this.#resumptions.add(cancel);
        return;
      }
      const { count, most } = await this.#deliveries.begin(batch.topic, batch.partition, first.offset);
      const isDeadly = count > this.#settings.deliveries;
      const group = together(left, isDeadly ? 1 : most, message => due(message) <= clock.now());
      if (!(await this.#answer(group, payload, isDeadly))) return;
      left = left.slice(group.length);
      // After a rebalance, the rest is for the server that gets this partition.
      await payload.heartbeat();
    }
  }

  /**
   * Answers requests of one partition, or gives up one that crashes servers, and commits that; false if the
   * rest is for another server.
   */
  async #answer(
    group: readonly KafkaMessage[],
    payload: EachBatchPayload,
    isDeadly: boolean,
  ): Promise<boolean> {
    const { batch, resolveOffset, isStale } = payload;
    const settle = isDeadly ? this.#giveUp : this.#settle;
    const all = await this.#beating(Promise.all(group.map(settle)), payload);
    const returned = all.findIndex(({ kind }) => kind === 'returned');
    const settled = returned < 0 ? all : all.slice(0, returned);
    const last = group[settled.length - 1];
    if (!last || isStale()) return false;
    let done: readonly Done[] = settled.map((outcome, index) => ({
      outcome,
      message: group[index] as KafkaMessage,
    }));
    try {
      done = (await this.#writes?.write(done)) ?? [];
    } catch (error) {
      // The next session reads in the topic of answers which of them have arrived.
      this.#lose(error);
      return false;
    }
    for (const { outcome, message } of done) this.#count(outcome, message);
    resolveOffset(last.offset);
    const offset = String(BigInt(last.offset) + 1n);
    await this.#consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }]);
    return returned < 0;
  }

  readonly #settle = async (message: KafkaMessage): Promise<SettledOutcome> => {
    if (message instanceof UnreadableMessage) return failedBy(message.error, idOf(message));
    const key = keyOf(message);
    if (key !== undefined && this.#answered.isOther(key, requestIn(message)))
      return failedBy(usedKey(), idOf(message));
    if (key !== undefined && this.#answered.has(key)) return { kind: 'repeated' };
    const headers = headersOf(message);
    const body = message.value ?? none;
    return this.#ports.handle({ headers, body, attempt: attemptOf(headers), id: idOf(message) });
  };

  readonly #giveUp = async (message: KafkaMessage): Promise<SettledOutcome> => {
    const { deliveries } = this.#settings;
    const error = new MurmurationError(
      'inference.unavailable',
      `The request was begun ${deliveries} times, and each time its server ended, or lost the cluster, before it had answered.`,
    );
    return failedBy(error, idOf(message));
  };

  #count(outcome: SettledOutcome, message: KafkaMessage): void {
    const { events } = this.#ports;
    const key = keyOf(message);
    if (outcome.kind === 'answered' && key !== undefined) this.#answered.set(key, requestIn(message));
    if (outcome.kind === 'returned') return;
    if (message instanceof UnreadableMessage) this.#ports.fault('messages of kafka', message.error);
    const kind = outcome.kind === 'again' ? 'retried' : outcome.kind;
    events.handled?.(kafka, kind, 'error' in outcome ? outcome.error.code : 'ok');
  }

  /** Sends heartbeats to the group while `work` runs. */
  async #beating<Result>(work: Promise<Result>, { heartbeat }: EachBatchPayload): Promise<Result> {
    const every = Math.min(3_000, this.#settings.session / 3);
    const cancel = repeating(every, this.#ports.clock, () => heartbeat().catch(() => {}));
    try {
      return await work;
    } finally {
      cancel();
    }
  }

  async #measureLag(): Promise<void> {
    const { requests, retries } = this.#topics;
    const { group } = this.#settings;
    let waiting = 0n;
    for (const topic of [requests, retries]) {
      const ends = await this.#admin.fetchTopicOffsets(topic);
      const [committed] = await this.#admin.fetchOffsets({ groupId: group, topics: [topic] });
      for (const { partition, high, low } of ends) {
        const own = committed?.partitions.find(each => each.partition === partition)?.offset ?? '-1';
        waiting += BigInt(high) - (BigInt(own) < 0n ? BigInt(low) : BigInt(own));
      }
    }
    this.#ports.events.lag?.(kafka, Number(waiting));
  }
}

/** Returns the longest prefix of messages that are due and have different keys, at most `most` of them. */
function together(
  messages: readonly KafkaMessage[],
  most: number,
  isDue: (message: KafkaMessage) => boolean,
): readonly KafkaMessage[] {
  const keys = new Set<string>();
  const group: KafkaMessage[] = [];
  for (const message of messages) {
    const key = keyOf(message);
    if (group.length >= most || !isDue(message) || (key !== undefined && keys.has(key))) break;
    if (key !== undefined) keys.add(key);
    group.push(message);
  }
  return group;
}

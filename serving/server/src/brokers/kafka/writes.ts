import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { KafkaMessage, Message, Producer } from 'kafkajs';
import type { AnsweredKeys } from '../answered-keys.ts';
import type { BrokerOutcome } from '../broker.ts';
import { failedBy } from '../handle.ts';
import type { AnsweredTopic } from './answered-topic.ts';
import {
  answerTo,
  bared,
  deadLetterOf,
  emptied,
  idOf,
  type KafkaRecord,
  keyOf,
  refusalOf,
  retryOf,
  type Topics,
} from './messages.ts';

export type SettledOutcome = BrokerOutcome | { readonly kind: 'repeated' };

/** Request with its outcome. */
export interface Done {
  readonly outcome: SettledOutcome;
  readonly message: KafkaMessage;
}

export interface WritesPorts {
  readonly producer: Producer;
  readonly topics: Topics;
  readonly answers: Pick<AnsweredTopic, 'caughtUp'>;
  readonly answered: AnsweredKeys;
  readonly clock: Clock;
  /** Called for faults of this server. */
  readonly fault: (where: string, error: unknown) => void;
}

/** Publishes the outcomes of requests. */
export class Writes {
  readonly #ports: WritesPorts;

  constructor(ports: WritesPorts) {
    this.#ports = ports;
  }

  /**
   * Publishes outcomes and returns the final ones. A message that the cluster refuses becomes a dead letter,
   * so it doesn't block those behind it.
   */
  async write(all: readonly Done[]): Promise<readonly Done[]> {
    try {
      await this.#send(all.flatMap(each => this.#publicationOf(each)));
      return all;
    } catch (error) {
      if (!refusalOf(error)) throw error;
    }
    // One by one: together they may be too long, or only one of them is. Some may have arrived.
    await this.#ports.answers.caughtUp();
    const written: Done[] = [];
    for (const each of all) written.push(await this.#writeAlone(each));
    return written;
  }

  async #writeAlone(done: Done): Promise<Done> {
    const { outcome, message } = done;
    const key = keyOf(message);
    if (outcome.kind === 'answered' && key !== undefined && this.#ports.answered.has(key)) return done;
    const refused = await this.#try(this.#publicationOf(done));
    if (!refused) return done;
    const error = outcome.kind === 'failed' ? outcome.error : refused;
    const failed = failedBy(error, idOf(message));
    const letters = this.#publicationOf({ outcome: failed, message });
    for (const shorter of [letters, letters.map(emptied), letters.map(bared)])
      if (!(await this.#try(shorter))) return { outcome: failed, message };
    // Dropped, so that it doesn't block those behind it.
    this.#ports.fault('a dead letter of kafka', error);
    return { outcome: failed, message };
  }

  /** Publishes messages; returns the error if the cluster refuses them, undefined if it accepts them. */
  async #try(publications: readonly KafkaRecord[]): Promise<MurmurationError | undefined> {
    try {
      await this.#send(publications);
      return undefined;
    } catch (error) {
      const refused = refusalOf(error);
      if (!refused) throw error;
      return refused;
    }
  }

  #publicationOf({ outcome, message }: Done): readonly KafkaRecord[] {
    const { clock, topics } = this.#ports;
    if (outcome.kind === 'answered') return [answerTo(message, outcome.reply, topics)];
    if (outcome.kind === 'failed') return [deadLetterOf(message, outcome.error, topics)];
    if (outcome.kind === 'again') return [retryOf(message, clock.now() + outcome.delay, topics)];
    return [];
  }

  async #send(publications: readonly KafkaRecord[]): Promise<void> {
    if (publications.length === 0) return;
    const byTopic = new Map<string, Message[]>();
    for (const { topic, message } of publications)
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), message]);
    const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
    await this.#ports.producer.sendBatch({ acks: -1, topicMessages });
  }
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type AsyncMessage, type Channel, Connection } from 'rabbitmq-client';
import type { AnsweredKeys } from '../answered-keys.ts';
import type { BrokerOutcome, BrokerPorts } from '../broker.ts';
import { failedBy, longestDelay } from '../handle.ts';
import { attemptOf, usedKey } from '../headers.ts';
import { type BrokerSession, watchLag } from '../kept-session.ts';
import type { BrokerPace, RabbitmqSettings } from '../settings.ts';
import { AnsweredStream } from './answered-stream.ts';
import { AnswerRefused, Commits } from './commits.ts';
import {
  bodyOf,
  deadLetterOf,
  headersOf,
  keyOf,
  markOf,
  problemOfReplyTo,
  replyTo,
  requestIn,
  retryOf,
} from './messages.ts';
import type { Publication } from './publication.ts';
import { ensureQueue, type Queues, queuesOf } from './queues.ts';
import { keepBodiesRaw } from './raw-bodies.ts';

/** State that outlives a connection. */
export interface RabbitmqMemory {
  readonly answered: AnsweredKeys;
  /** Publications whose arrival is unknown, since a connection broke during their commit; by key. */
  readonly unsure: Map<string, Publication[]>;
}

/** Fate of a request whose answer was refused. */
interface Unread {
  readonly kind: 'retried' | 'failed';
  readonly error: MurmurationError;
}

/** Milliseconds in which a connection must be ready; a broker that has just started may leave one hanging. */
const openingPatience = 20_000;
const rabbitmq = 'rabbitmq';

/** Takes requests over one connection until that is lost. */
export class RabbitmqSession implements BrokerSession {
  readonly lost: Promise<unknown>;
  readonly #settings: RabbitmqSettings & BrokerPace;
  readonly #ports: BrokerPorts;
  readonly #memory: RabbitmqMemory;
  readonly #queues: Queues;
  readonly #connection: Connection;
  readonly #working = new Set<Promise<void>>();
  /** Work under way by key: requests of one key run one after the other. */
  readonly #byKey = new Map<string, Promise<void>>();
  #lose: (reason: unknown) => void = () => {};
  #isLost = false;
  readonly #closing = new AbortController();
  #stream: AnsweredStream | undefined;
  #commits: Commits | undefined;
  #requests: { readonly channel: Channel; readonly consumerTag: string } | undefined;

  private constructor(settings: RabbitmqSettings & BrokerPace, ports: BrokerPorts, memory: RabbitmqMemory) {
    this.#settings = settings;
    this.#ports = ports;
    this.#memory = memory;
    this.#queues = queuesOf(settings);
    this.lost = new Promise(resolve => {
      this.#lose = reason => {
        this.#isLost = true;
        resolve(reason);
      };
    });
    this.#connection = new Connection({
      url: settings.url,
      connectionName: 'murmuration inference',
      connectionTimeout: 10_000,
      acquireTimeout: 15_000,
      heartbeat: 30,
      noDelay: true,
    });
    // The client would reconnect forever on its own.
    this.#connection.on('error', error => {
      this.#lose(error);
      this.#connection.unsafeDestroy();
    });
  }

  /** Connects, ensures the queues, reads which keys have been answered, and starts. */
  static async open(
    settings: RabbitmqSettings & BrokerPace,
    ports: BrokerPorts,
    memory: RabbitmqMemory,
  ): Promise<RabbitmqSession> {
    const { clock } = ports;
    const session = new RabbitmqSession(settings, ports, memory);
    const cancel = clock.at(clock.now() + openingPatience, () => {
      session.#lose(new Error('The broker takes too long.'));
      session.#connection.unsafeDestroy();
    });
    try {
      await session.#begin();
    } catch (error) {
      session.#connection.unsafeDestroy();
      // The reason of the loss says more than the error that followed.
      throw session.#isLost ? await session.lost : error;
    } finally {
      cancel();
    }
    return session;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    try {
      if (!this.#isLost) await this.#leave();
    } catch {
      // It broke meanwhile: the broker redelivers unacknowledged requests to another server.
    }
    this.#connection.unsafeDestroy();
  }

  async #begin(): Promise<void> {
    const { requests, dead, answered, retries } = this.#queues;
    for (const queue of [dead, requests, answered, ...retries.values()])
      await ensureQueue(this.#connection, queue);
    const { clock, random } = this.#ports;
    this.#stream = await AnsweredStream.open({
      connection: this.#connection,
      name: answered.name,
      answered: this.#memory.answered,
      clock,
      random,
      failed: this.#lose,
    });
    const channel = await this.#connection.acquire({ emitErrorsFromChannel: true });
    channel.on('error', this.#lose);
    channel.on('close', () => this.#lose(new Error('The channel is closed.')));
    channel.on('basic.cancel', (_, error) => this.#lose(error));
    keepBodiesRaw(channel);
    await channel.basicQos({ prefetchCount: this.#settings.prefetch });
    this.#commits = await Commits.open(this.#connection, channel, { ...this.#ports, failed: this.#lose });
    const { consumerTag } = await channel.basicConsume({ queue: requests.name }, message =>
      this.#take(message),
    );
    this.#requests = { channel, consumerTag };
    void watchLag(() => this.#measureLag(), clock, this.#closing.signal, this.#lose);
  }

  async #leave(): Promise<void> {
    if (this.#requests) await this.#requests.channel.basicCancel(this.#requests.consumerTag);
    await Promise.allSettled(this.#working);
    await this.#commits?.idle();
    await this.#commits?.close();
    await this.#requests?.channel.close();
    await this.#stream?.close();
    await this.#connection.close();
  }

  #take(message: AsyncMessage): void {
    // The broker redelivers late requests to another server once the channel is closed.
    if (this.#closing.signal.aborted) return;
    const work = this.#inTurn(message).catch(this.#lose);
    this.#working.add(work);
    work.finally(() => this.#working.delete(work));
  }

  #inTurn(message: AsyncMessage): Promise<void> {
    const key = keyOf(message);
    if (key === undefined) return this.#answer(message, undefined);
    const own = (this.#byKey.get(key) ?? Promise.resolve()).then(() => this.#once(message, key));
    this.#byKey.set(key, own);
    return own.finally(() => {
      if (this.#byKey.get(key) === own) this.#byKey.delete(key);
    });
  }

  /** Answers a request, unless its key has been answered. */
  async #once(message: AsyncMessage, key: string): Promise<void> {
    const { answered, unsure } = this.#memory;
    const before = unsure.get(key);
    // Sends the same again: better twice than never.
    if (before) {
      await this.#write(message, key, before);
      return;
    }
    // The previous server may have answered it a moment ago.
    if (message.redelivered) await this.#stream?.caughtUp();
    if (answered.isOther(key, requestIn(message)))
      return this.#answer(message, undefined, failedBy(usedKey(), undefined));
    if (!answered.has(key)) return this.#answer(message, key);
    await this.#commits?.add(message.deliveryTag, []);
    this.#ports.events.handled?.(rabbitmq, 'repeated', 'ok');
  }

  /** Answers a request; `known` is its outcome, if it needs no model. */
  async #answer(message: AsyncMessage, key: string | undefined, known?: BrokerOutcome): Promise<void> {
    const unheard = problemOfReplyTo(message, this.#queues, this.#settings.replyTo);
    const outcome = unheard ? failedBy(unheard, undefined) : (known ?? (await this.#outcome(message)));
    const { events } = this.#ports;
    if (outcome.kind === 'returned') return;
    if (outcome.kind === 'again') {
      const retry = retryOf(message, outcome.delay, this.#queues);
      if (retry) await this.#commits?.add(message.deliveryTag, [retry]);
      events.handled?.(rabbitmq, 'retried', outcome.error.code);
      return;
    }
    const publications: Publication[] = [];
    if (!unheard) publications.push(replyTo(message, outcome.reply));
    if (outcome.kind === 'failed') publications.push(deadLetterOf(message, outcome.error, this.#queues));
    if (key !== undefined) publications.push(markOf(key, message, this.#queues));
    const unread = await this.#write(message, key, publications);
    if (outcome.kind === 'failed') events.handled?.(rabbitmq, 'failed', outcome.error.code);
    else events.handled?.(rabbitmq, unread?.kind ?? 'answered', unread?.error.code ?? 'ok');
  }

  async #outcome(message: AsyncMessage): Promise<BrokerOutcome> {
    const headers = headersOf(message);
    try {
      const body = bodyOf(message);
      return await this.#ports.handle({ headers, body, attempt: attemptOf(headers), id: undefined });
    } catch (thrown) {
      return failedBy(thrown as MurmurationError, undefined);
    }
  }

  /** Commits the publications of a request. Returns its fate if its answer was refused, else undefined. */
  async #write(
    message: AsyncMessage,
    key: string | undefined,
    publications: Publication[],
  ): Promise<Unread | undefined> {
    const { answered, unsure } = this.#memory;
    if (key !== undefined) unsure.set(key, publications);
    try {
      await this.#commits?.add(message.deliveryTag, publications);
    } catch (error) {
      if (!(error instanceof AnswerRefused)) throw error;
      const became = await this.#keep(message, publications, error);
      if (key !== undefined) unsure.delete(key);
      return became;
    }
    if (key === undefined) return;
    unsure.delete(key);
    answered.set(key, requestIn(message));
  }

  /** Keeps a request whose answer is refused: as a retry or a dead letter. */
  async #keep(
    message: AsyncMessage,
    publications: readonly Publication[],
    { message: reason }: AnswerRefused,
  ): Promise<Unread> {
    const { attempts, retryDelay } = this.#settings;
    const error = new MurmurationError('inference.unavailable', reason);
    const attempt = attemptOf(headersOf(message));
    const delay = Math.min(longestDelay, retryDelay * 2 ** (attempt - 1));
    const isDead = publications.some(({ envelope }) => envelope.routingKey === this.#queues.dead.name);
    const retry =
      attempt < attempts && !isDead ? retryOf(message, delay, this.#queues, 'refused') : undefined;
    const kept = isDead
      ? publications.filter(({ isAnswer }) => !isAnswer)
      : [retry ?? deadLetterOf(message, error, this.#queues)];
    await this.#commits?.add(message.deliveryTag, kept);
    return { kind: retry ? 'retried' : 'failed', error };
  }

  async #measureLag(): Promise<void> {
    const queue = this.#queues.requests.name;
    const { messageCount } = await this.#connection.queueDeclare({ queue, passive: true });
    this.#ports.events.lag?.(rabbitmq, messageCount);
  }
}

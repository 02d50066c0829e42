import { setTimeout as pause } from 'node:timers/promises';
import { keepBodiesRaw } from '@murmuration/serving/brokers/rabbitmq/raw-bodies';
import { type AsyncMessage, type Channel, Connection, type Envelope, type Publisher } from 'rabbitmq-client';

/** A message, as it came. */
export interface Received {
  readonly correlationId: string | undefined;
  readonly messageId: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

const durable = { durable: true, arguments: { 'x-queue-type': 'quorum' } } as const;

/** Whoever asks by messages: with a queue of answers that survives, and requests that are sent until the broker has them. */
export class AmqpRequester {
  /** All answers so far, each as often as it came. */
  readonly answers: Received[] = [];
  readonly #connection: Connection;
  readonly #publisher: Publisher;
  readonly #queue: string;
  readonly #replies: string;
  /** On which answers come. */
  #channel: Channel | undefined;
  #waiting: (() => void)[] = [];

  constructor(url: string, queue: string, replies: string) {
    this.#queue = queue;
    this.#replies = replies;
    this.#connection = new Connection({ url, retryLow: 50, retryHigh: 200 });
    this.#connection.on('error', () => {});
    this.#connection.on('connection', () => this.#keepListening());
    this.#publisher = this.#connection.createPublisher({
      confirm: true,
      maxAttempts: 1_000,
      queues: [
        { queue: replies, ...durable },
        { queue, ...durable, passive: true },
      ],
    });
  }

  /** Settles when the broker has it. A body that is no bytes is sent as JSON. */
  async ask(body: unknown, envelope: Envelope = {}): Promise<void> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const standard = { replyTo: this.#replies, contentType: 'application/json', durable: true };
    await this.#publisher.send({ routingKey: this.#queue, ...standard, ...envelope }, bytes);
  }

  /** The first answer to a request. */
  async answerTo(correlationId: string): Promise<Received> {
    const found = () => this.answers.find(each => each.correlationId === correlationId);
    await this.until(() => found() !== undefined);
    return found() as Received;
  }

  /** Settles once it is so; looks whenever an answer has come. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  /** Takes one message from a queue. */
  async take(queue: string): Promise<Received | undefined> {
    const channel = await this.#connection.acquire();
    keepBodiesRaw(channel);
    const message = await channel.basicGet({ queue, noAck: true });
    await channel.close();
    return message && receivedOf({ ...message, consumerTag: '' });
  }

  /** Messages that wait in a queue. */
  async waiting(queue: string): Promise<number> {
    const { messageCount } = await this.#connection.queueDeclare({ queue, ...durable, passive: true });
    return messageCount;
  }

  close(): void {
    this.#connection.unsafeDestroy();
  }

  /** As `close`, once the broker has heard which answers came: none of them comes again. */
  async leave(): Promise<void> {
    await this.#channel?.close();
    this.close();
  }

  /** A broker that has just been started refuses for a moment. */
  async #keepListening(): Promise<void> {
    while (this.#connection.ready) {
      try {
        return await this.#listen();
      } catch {
        await pause(50);
      }
    }
  }

  async #listen(): Promise<void> {
    const channel = await this.#connection.acquire();
    this.#channel = channel;
    keepBodiesRaw(channel);
    await channel.queueDeclare({ queue: this.#replies, ...durable });
    await channel.basicConsume({ queue: this.#replies }, message => {
      const received = receivedOf(message);
      const isKnown = this.answers.some(({ correlationId }) => correlationId === received.correlationId);
      // One message, of which the broker does not know whether it has arrived, is one answer.
      if (!(message.redelivered && isKnown)) this.answers.push(received);
      if (channel.active) channel.basicAck({ deliveryTag: message.deliveryTag });
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}

function receivedOf({ correlationId, messageId, headers = {}, body }: AsyncMessage): Received {
  return { correlationId, messageId, headers, body: body as Buffer };
}

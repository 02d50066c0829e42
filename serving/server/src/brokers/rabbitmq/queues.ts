import type { Channel, Connection } from 'rabbitmq-client';
import { longestDelay } from '../handle.ts';
import type { BrokerPace, RabbitmqSettings } from '../settings.ts';

/** Queue, with the arguments to declare it with. */
export interface Queue {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number>>;
}

export interface Queues {
  readonly requests: Queue;
  readonly dead: Queue;
  /** Stream with the key of each answer. */
  readonly answered: Queue;
  /** Retry queues by the ms that a request waits there, the shortest first. */
  readonly retries: ReadonlyMap<number, Queue>;
}

/** Bytes of a key in a stream, with its share of the chunk; measured, and rounded up. */
const bytesOfKey = 240;

/**
 * Returns the queues of a server. All are durable, and a message leaves one only once its next place has
 * stored it.
 */
export function queuesOf({
  queue,
  attempts,
  retryDelay,
  remember,
  deliveries,
}: Pick<RabbitmqSettings, 'queue'> & Omit<BrokerPace, 'prefetch' | 'session'>): Queues {
  const quorum = { 'x-queue-type': 'quorum' };
  /** Dead-letters to `name`, and keeps a message until it has arrived there. */
  const passingTo = (name: string) => ({
    ...quorum,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': name,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  });
  const dead = `${queue}.dlq`;
  const kept = Math.max(1 << 20, remember * bytesOfKey);
  const retries = new Map<number, Queue>();
  for (let attempt = 1; attempt < attempts; attempt++) {
    const delay = Math.min(longestDelay, retryDelay * 2 ** (attempt - 1));
    retries.set(delay, {
      name: `${queue}.retry.${delay}`,
      arguments: { ...passingTo(queue), 'x-message-ttl': delay },
    });
  }
  return {
    requests: { name: queue, arguments: { ...passingTo(dead), 'x-delivery-limit': deliveries } },
    dead: { name: dead, arguments: quorum },
    answered: {
      name: `${queue}.answered`,
      arguments: {
        'x-queue-type': 'stream',
        'x-max-length-bytes': kept,
        // The stream drops old keys in whole segments.
        'x-stream-max-segment-size-bytes': Math.ceil(kept / 4),
      },
    },
    retries,
  };
}

/**
 * Returns the queue for a delay: the first that is long enough, or else the longest; undefined if there is
 * none.
 */
export function retryFor(delay: number, { retries }: Queues): Queue | undefined {
  for (const [length, queue] of retries) if (length >= delay) return queue;
  return [...retries.values()].at(-1);
}

/** Checks that a queue exists, and leaves it as it is; declares a missing one. */
export async function ensureQueue(connection: Connection, { name, arguments: own }: Queue): Promise<void> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true });
  channel.on('error', () => {});
  try {
    await channel.queueDeclare({ queue: name, passive: true });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'NOT_FOUND') throw error;
    await declare(await connection.acquire(), name, own);
  } finally {
    await channel.close();
  }
}

async function declare(channel: Channel, queue: string, own: Queue['arguments']): Promise<void> {
  try {
    await channel.queueDeclare({ queue, durable: true, arguments: own });
  } finally {
    await channel.close();
  }
}

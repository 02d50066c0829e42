import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { deadLetterOf, problemOfReplyTo, retryOf } from '@murmuration/serving/brokers/rabbitmq/messages';
import { queuesOf } from '@murmuration/serving/brokers/rabbitmq/queues';
import type { AsyncMessage } from 'rabbitmq-client';
import { describe, expect, it } from 'vitest';

const queues = queuesOf({ queue: 'q', attempts: 3, retryDelay: 100, remember: 10, deliveries: 3 });
const error = new MurmurationError('inference.input', 'It does not fit.');
const messageOf = (fields: Partial<AsyncMessage>) =>
  ({ body: Buffer.alloc(0), replyTo: 'answers', headers: {}, ...fields }) as AsyncMessage;

describe('a request that is written once more', () => {
  it('leaves behind what no frame can carry', () => {
    let deep: unknown[] = [];
    for (let depth = 0; depth < 20_000; depth++) deep = [deep];
    const headers = {
      low: -(2 ** 70),
      none: Number.NaN,
      list: [1, Number.NEGATIVE_INFINITY],
      deep,
      kept: [1, 'a'],
    };
    const { envelope } = deadLetterOf(messageOf({ headers }), error, queues);
    expect(Object.keys(envelope.headers ?? {}).toSorted()).toEqual([
      'kept',
      'murmuration-deaths',
      'murmuration-error',
      'murmuration-reason',
    ]);
  });

  it('keeps what is read here before what is long', () => {
    const own = { 'mlserver-model': 'm'.repeat(2_000), authorization: 'a'.repeat(2_000) };
    const headers = { trace: 't'.repeat(100_000), baggage: 'b'.repeat(3_000), small: 's', ...own };
    const { envelope } = retryOf(messageOf({ headers }), 100, queues)!;
    expect(envelope.headers).toEqual({ 'murmuration-attempt': 2, small: 's', ...own });
  });

  it('names no queue besides, nor one that only the broker may name', () => {
    const headers = { CC: ['q'], BCC: ['q'] };
    const message = messageOf({ headers, replyTo: 'amq.rabbitmq.reply-to' });
    expect(problemOfReplyTo(message, queues, null)?.code).toBe('inference.input');
    const { envelope } = deadLetterOf(message, error, queues);
    expect(envelope).not.toHaveProperty('replyTo');
    expect(envelope.headers).not.toHaveProperty('CC');
    expect(envelope.headers).not.toHaveProperty('BCC');
  });
});

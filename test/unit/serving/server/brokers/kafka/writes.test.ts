import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { AnsweredKeys } from '@murmuration/serving/brokers/answered-keys';
import { failedBy } from '@murmuration/serving/brokers/handle';
import { topicsOf } from '@murmuration/serving/brokers/kafka/messages';
import { Writes } from '@murmuration/serving/brokers/kafka/writes';
import type { KafkaMessage, Message, Producer } from 'kafkajs';
import { expect, it } from 'vitest';

const topics = topicsOf({ topic: 'requests', answers: 'answers' });
const message = {
  key: Buffer.from('key'),
  value: Buffer.from('body'),
  headers: { 'mlserver-model': 'half', trace: 'x', nothing: null as unknown as string },
  timestamp: '0',
  attributes: 0,
  offset: '0',
} satisfies KafkaMessage;

/** Writes to a cluster that takes what `takes` says. */
function open(takes: (message: Message) => boolean) {
  const written: { topic: string; message: Message }[] = [];
  const faults: unknown[] = [];
  const producer: Pick<Producer, 'sendBatch'> = {
    async sendBatch({ topicMessages = [] }) {
      const all = topicMessages.flatMap(({ topic, messages }) =>
        messages.map(each => ({ topic, message: each })),
      );
      // As the client wraps it.
      if (!all.every(each => takes(each.message)))
        throw Object.assign(new Error('No.'), { cause: new TypeError('No text.') });
      written.push(...all);
      return [];
    },
  };
  const writes = new Writes({
    producer: producer as Producer,
    topics,
    answers: { caughtUp: async () => {} },
    answered: new AnsweredKeys(10),
    clock: new VirtualClock(),
    fault: (where, error) => faults.push([where, error]),
  });
  return { writes, written, faults };
}

const error = new MurmurationError('inference.input', 'Why.');
const failed = { outcome: failedBy(error, undefined), message };

it('writes no header again that has no value', async () => {
  const { writes, written } = open(() => true);
  await writes.write([failed, { outcome: { kind: 'again', error, delay: 1 }, message }]);
  for (const { message } of written) expect(Object.keys(message.headers!)).not.toContain('nothing');
  expect(written.map(({ topic }) => topic)).toEqual(['requests.dlq', 'requests.retry']);
});

it('writes a bare dead letter of what can not be written again', async () => {
  const { writes, written, faults } = open(({ headers }) => headers?.trace === undefined);
  const answered = { kind: 'answered' as const, reply: { body: 'answer', headers: { trace: 'x' } } };
  const [done] = await writes.write([{ outcome: answered, message }]);
  expect(done).toMatchObject({ outcome: { kind: 'failed', error: { code: 'inference.input' } } });
  expect(written).toMatchObject([
    {
      topic: 'requests.dlq',
      message: {
        key: message.key,
        value: Buffer.alloc(0),
        headers: { 'murmuration-error': 'inference.input' },
      },
    },
  ]);
  expect(Object.keys(written[0]!.message.headers!)).toEqual(['murmuration-error', 'murmuration-reason']);
  expect(faults).toEqual([]);
});

it('goes on, and says so, where not even that is taken', async () => {
  const { writes, written, faults } = open(() => false);
  expect(await writes.write([failed])).toMatchObject([{ outcome: { kind: 'failed', error } }]);
  expect([written, faults]).toEqual([[], [['a dead letter of kafka', error]]]);
});

import { Connection } from 'rabbitmq-client';
import { answerOrders } from '../second-process.ts';

/** Requests for a queue, each for the model of its number. */
export interface ClientOrder {
  readonly url: string;
  readonly queue: string;
  readonly models: readonly string[];
  readonly inputs: number;
}

export interface ClientReport {
  /** ms from the first request to the last answer. */
  readonly ms: number;
  /** Answers that are errors. */
  readonly errors: number;
}

// Whoever asks, in a process of its own, so that its memory and its CPU time are not the server's.
answerOrders<ClientOrder, ClientReport>(async ({ url, queue, models, inputs }) => {
  const connection = new Connection(url);
  const replies = `${queue}.replies`;
  let [answered, errors] = [0, 0];
  let isDone = () => {};
  const done = new Promise<void>(resolve => {
    isDone = resolve;
  });
  const consumer = connection.createConsumer(
    { queue: replies, queueOptions: { exclusive: true }, noAck: true },
    ({ headers }) => {
      answered += 1;
      if (headers?.['murmuration-error'] !== undefined) errors += 1;
      if (answered === models.length) isDone();
    },
  );
  await new Promise<void>(resolve => consumer.once('ready', resolve));
  const publisher = connection.createPublisher({ confirm: true });
  const data = Array.from({ length: inputs }, (_, at) => Math.fround(Math.sin(at)));
  const body = Buffer.from(
    JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, inputs], data }] }),
  );
  const began = performance.now();
  for (let at = 0; at < models.length; at += 500)
    await Promise.all(
      models.slice(at, at + 500).map((model, index) =>
        publisher.send(
          {
            routingKey: queue,
            replyTo: replies,
            messageId: String(at + index),
            headers: { 'mlserver-model': model },
            contentType: 'application/json',
            durable: true,
          },
          body,
        ),
      ),
    );
  await done;
  const ms = performance.now() - began;
  await publisher.close();
  await consumer.close();
  await connection.close();
  return { ms, errors };
});

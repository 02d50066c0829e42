import * as z from 'zod';
import { clusterFields, connectionOf, hidesPassword, showsPassword } from '../kafka/cluster.ts';

/** Name of a queue or topic that both brokers accept, with room for the suffixes. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,200}$/, 'expected 1 to 200 letters, digits, dots, hyphens or underscores');

/** Settings of taking requests from RabbitMQ. */
export const rabbitmqSchema = z.strictObject({
  /**
   * URL with user and password: `amqps://user:password@host/vhost`. The variable `MURMURATION_RABBITMQ_URL`
   * overrides it.
   */
  url: z
    .string()
    .max(2_000)
    .refine(
      text => URL.canParse(text) && /^amqps?:$/.test(new URL(text).protocol),
      'expected an address such as amqp://user:password@host:5672/vhost',
    ),
  /**
   * Queue of requests, a quorum queue. Its dead letters, retries and answered keys have queues beside it;
   * missing ones are declared.
   */
  queue: name,
  /**
   * Prefixes of queue names that answers may go to; null: any queue that is not this server's.
   * @default null
   */
  replyTo: z.array(z.string().min(1).max(255)).nullable().default(null),
});

/** Settings of taking requests from Kafka. */
export const kafkaSchema = z
  .strictObject({
    ...clusterFields,
    /** Topic of requests. Its dead letters and its retries have topics beside it. */
    topic: name,
    /**
     * Topic of answers, which only inference servers write to; by default the topic of requests with
     * `.answers`.
     */
    answers: name.optional(),
    /** Consumer group that replicas share. @default 'murmuration' */
    group: name.default('murmuration'),
  })
  .transform(settings => ({ ...settings, answers: settings.answers ?? `${settings.topic}.answers` }))
  .refine(({ topic, answers }) => topic !== answers, { path: ['answers'], error: 'expected another topic' })
  .refine(hidesPassword, showsPassword)
  .transform(connectionOf);

export type RabbitmqSettings = z.output<typeof rabbitmqSchema>;
export type KafkaSettings = z.output<typeof kafkaSchema>;

/** Limits and pauses of taking requests from either broker. Times are in ms. */
export const standardPace = {
  /** Maximum requests under way: as many as run together, each as long as the broker allows. */
  prefetch: 32,
  /**
   * Maximum tries of a request that fails with a retryable error. With the pauses, they take some
   * 15 s, in which a model loads or a rate recovers.
   */
  attempts: 5,
  /** Time before the second try; doubled before each further one, up to a minute. */
  retryDelay: 1_000,
  /**
   * Maximum deliveries of a request that end without an answer; then it is a dead letter. More than a rolling
   * update redelivers; few enough that what crashes servers does not for long.
   */
  deliveries: 20,
  /** Number of answered keys that are remembered: some 24 MB in RabbitMQ's stream. */
  remember: 100_000,
  /** Time without a heartbeat after which Kafka considers a server dead. */
  session: 30_000,
};

export type BrokerPace = Readonly<typeof standardPace>;

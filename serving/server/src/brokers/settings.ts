import * as z from 'zod';

const count = (most: number) => z.int().min(1).max(most);
/** Name of a queue or topic that both brokers accept, with room for the suffixes. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,200}$/, 'expected 1 to 200 letters, digits, dots, hyphens or underscores');

const common = {
  /** Maximum number of requests under way. @default 32 */
  prefetch: count(10_000).default(32),
  /** Maximum tries of a request that fails with a retryable error. @default 5 */
  attempts: count(100).default(5),
  /** Milliseconds before the second try; doubled before each further one, up to a minute. @default 1_000 */
  retryDelay: count(60_000).default(1_000),
  /**
   * Maximum deliveries of a request that end without an answer, for example because it crashes this process;
   * then it is a dead letter.
   * @default 20
   */
  deliveries: count(1_000).default(20),
  /** Number of answered keys that are remembered. @default 100_000 */
  remember: count(10_000_000).default(100_000),
  /**
   * True if every client that may write to the broker may ask models, even if there are inference tokens.
   * @default false
   */
  trusted: z.boolean().default(false),
};

/** Settings of taking requests from RabbitMQ. Times are in ms. */
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
  /** Queue of requests, a quorum queue. Its dead letters, retries and answered keys have queues beside it. */
  queue: name,
  ...common,
  /**
   * Prefixes of queue names that answers may go to; null: any queue that is not this server's.
   * @default null
   */
  replyTo: z.array(z.string().min(1).max(255)).nullable().default(null),
  /** True if missing queues are declared. @default true */
  declare: z.boolean().default(true),
});

/** Settings of taking requests from Kafka. Times are in ms. */
export const kafkaSchema = z
  .strictObject({
    /** Addresses of the cluster's brokers: `host:port`. */
    brokers: z
      .array(z.string().regex(/^\S+:\d{1,5}$/, 'expected host:port'))
      .min(1)
      .max(100),
    /** Topic of requests. Its dead letters and its retries have topics beside it. */
    topic: name,
    /**
     * Topic of answers, which only inference servers write to; by default the topic of requests with
     * `.answers`.
     */
    answers: name.optional(),
    /** Consumer group that replicas share. @default 'murmuration' */
    group: name.default('murmuration'),
    /** True for TLS. @default false */
    tls: z.boolean().default(false),
    /** Login by SASL; null: none. @default null */
    sasl: z
      .strictObject({
        /** SASL mechanism; `plain` only with TLS. */
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        /** User name. */
        username: z.string().min(1).max(1_000),
        /** Password. The variable `MURMURATION_KAFKA_PASSWORD` overrides it. */
        password: z.string().min(1).max(1_000),
      })
      .nullable()
      .default(null),
    ...common,
    /** Milliseconds without a heartbeat after which the group considers a server dead. @default 30_000 */
    session: z.int().min(1_000).max(3_600_000).default(30_000),
  })
  .transform(settings => ({ ...settings, answers: settings.answers ?? `${settings.topic}.answers` }))
  .refine(({ topic, answers }) => topic !== answers, { path: ['answers'], error: 'expected another topic' })
  .refine(({ sasl, tls }) => sasl?.mechanism !== 'plain' || tls, {
    path: ['sasl', 'mechanism'],
    error: 'plain shows the password on the way; expected tls, or a mechanism that begins with scram',
  });

export type RabbitmqSettings = z.output<typeof rabbitmqSchema>;
export type KafkaSettings = z.output<typeof kafkaSchema>;

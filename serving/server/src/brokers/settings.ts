import * as z from 'zod';

const count = (most: number) => z.int().min(1).max(most);
/** Names of queues and topics: what both brokers take, so that what is put behind them fits as well. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,200}$/, 'expected 1 to 200 letters, digits, dots, hyphens or underscores');

const common = {
  /** Requests that are under way at the same time. @default 32 */
  prefetch: count(10_000).default(32),
  /** Tries of a request that fails in a way which may pass. @default 5 */
  attempts: count(100).default(5),
  /** ms before the second try; doubled before each further one, up to a minute. @default 1_000 */
  retryDelay: count(60_000).default(1_000),
  /** Deliveries of a request that each end without an answer, as where it makes this process die, until it is a dead letter. @default 20 */
  deliveries: count(1_000).default(20),
  /** Keys of answered requests that are remembered. @default 100_000 */
  remember: count(10_000_000).default(100_000),
  /** Whether everybody who may write to the broker may ask models, even where there are inference tokens. @default false */
  trusted: z.boolean().default(false),
};

/** How requests are taken from RabbitMQ. Times are in ms. */
export const rabbitmqSchema = z.strictObject({
  /** With the name and the password to log in with: `amqps://user:password@host/vhost`. The variable `MURMURATION_RABBITMQ_URL` overrides it. */
  url: z
    .string()
    .max(2_000)
    .refine(
      text => URL.canParse(text) && /^amqps?:$/.test(new URL(text).protocol),
      'expected an address such as amqp://user:password@host:5672/vhost',
    ),
  /** The queue of requests, a quorum queue. Beside it are its dead letters, its retries, and what was answered. */
  queue: name,
  ...common,
  /** Beginnings of the names of queues that answers may go to; null: any that is not of this server. @default null */
  replyTo: z.array(z.string().min(1).max(255)).nullable().default(null),
  /** Whether queues are made that are not there. @default true */
  declare: z.boolean().default(true),
});

/** How requests are taken from Kafka. Times are in ms. */
export const kafkaSchema = z
  .strictObject({
    /** Where to find the cluster: `host:port`. */
    brokers: z
      .array(z.string().regex(/^\S+:\d{1,5}$/, 'expected host:port'))
      .min(1)
      .max(100),
    /** The topic of requests. Beside it are its dead letters and its retries. */
    topic: name,
    /** The topic of answers, which only inference servers write to; by default that of requests with `.answers`. */
    answers: name.optional(),
    /** The consumer group that replicas share. @default 'murmuration' */
    group: name.default('murmuration'),
    /** Whether to speak TLS. @default false */
    tls: z.boolean().default(false),
    /** How to log in; null: not at all. @default null */
    sasl: z
      .strictObject({
        /** How the password is shown; `plain` only with TLS. */
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        /** As whom. */
        username: z.string().min(1).max(1_000),
        /** The variable `MURMURATION_KAFKA_PASSWORD` overrides it. */
        password: z.string().min(1).max(1_000),
      })
      .nullable()
      .default(null),
    ...common,
    /** ms after which the group takes a server for dead that is no longer heard of. @default 30_000 */
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

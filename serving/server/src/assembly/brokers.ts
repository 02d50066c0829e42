import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Registry } from 'prom-client';
import type { Access } from '../access/access.ts';
import { anybody } from '../access/holder.ts';
import { type Broker, type BrokerEvents, type BrokerProtocol, joinBrokerEvents } from '../brokers/broker.ts';
import { requestHandler } from '../brokers/handle.ts';
import { kafkaBroker } from '../brokers/kafka/kafka.ts';
import { brokerMetrics } from '../brokers/metrics.ts';
import { rabbitmqBroker } from '../brokers/rabbitmq/rabbitmq.ts';
import type { KafkaSettings, RabbitmqSettings } from '../brokers/settings.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import type { Turns } from '../server/turns.ts';

/** The brokers whose requests are taken besides. */
export interface BrokerOptions {
  readonly rabbitmq?: RabbitmqSettings | undefined;
  readonly kafka?: KafkaSettings | undefined;
  /** Hears of what happens with them. */
  readonly events?: BrokerEvents;
  /** By default the operating system's. */
  readonly random?: RandomBytes;
}

export interface OpenBrokersPorts {
  readonly server: InferenceServer;
  readonly access: Access;
  /** Whether there are inference tokens, so that requests need one. */
  readonly hasTokens: boolean;
  /** Counts them. */
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly fault: (where: string, error: unknown) => void;
}

/** Begins to take requests from the brokers that the options name. */
export function openBrokers(
  { rabbitmq, kafka, events = {}, random = systemRandom }: BrokerOptions,
  { server, access, hasTokens, metrics, clock, turns, fault }: OpenBrokersPorts,
): readonly Broker[] {
  const both = joinBrokerEvents(brokerMetrics(metrics), events);
  const portsOf = (protocol: BrokerProtocol, settings: RabbitmqSettings | KafkaSettings) => {
    const { attempts, retryDelay, trusted } = settings;
    const admit = (authorization: string | undefined) => {
      // The broker knows who may write to it; a token, where there are any, says who may ask models.
      if (trusted || !hasTokens) return anybody;
      return access.admit({ authorization, isForeign: true, isLocal: false }, 'predict');
    };
    const handle = requestHandler({ server, protocol, admit, attempts, retryDelay, fault });
    return { handle, clock, random, turns, events: both, fault };
  };
  const brokers: Broker[] = [];
  if (rabbitmq) brokers.push(rabbitmqBroker(rabbitmq, portsOf('rabbitmq', rabbitmq)));
  if (kafka) brokers.push(kafkaBroker(kafka, portsOf('kafka', kafka)));
  return brokers;
}

/** Throws `inference.unavailable` where the requests of a broker are not taken now. */
export function requireBrokers(brokers: readonly Broker[]): void {
  for (const { protocol, trouble } of brokers)
    if (trouble !== undefined)
      throw new MurmurationError(
        'inference.unavailable',
        `No requests are taken from ${protocol}: ${trouble}`,
      );
}

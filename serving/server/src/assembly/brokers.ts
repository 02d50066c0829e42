import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Registry } from 'prom-client';
import type { Access } from '../access/access.ts';
import { anybody } from '../access/holder.ts';
import type { BrokerEvents, BrokerPorts, BrokerProtocol } from '../brokers/broker.ts';
import { requestHandler } from '../brokers/handle.ts';
import { kafkaBroker } from '../brokers/kafka/kafka.ts';
import type { KeptSession } from '../brokers/kept-session.ts';
import { rabbitmqBroker } from '../brokers/rabbitmq/rabbitmq.ts';
import {
  type BrokerPace,
  type KafkaSettings,
  type RabbitmqSettings,
  standardPace,
} from '../brokers/settings.ts';
import { brokerMetrics } from '../metrics/broker-metrics.ts';
import { joinListeners } from '../server/events.ts';
import type { InferenceServer } from '../server/inference-server.ts';

/** Brokers whose requests are taken too. */
export interface BrokerOptions {
  readonly rabbitmq?: RabbitmqSettings | undefined;
  readonly kafka?: KafkaSettings | undefined;
  /** Limits and pauses in place of the standard ones. */
  readonly pace?: Partial<BrokerPace>;
  readonly events?: BrokerEvents;
  /** Random source; by default the operating system's. */
  readonly random?: RandomBytes;
}

export interface OpenBrokersPorts extends Pick<BrokerPorts, 'clock' | 'turns' | 'fault'> {
  readonly server: InferenceServer;
  readonly access: Access;
  /** True if there are inference tokens, so requests need one. */
  readonly hasTokens: boolean;
  /** Registry for the brokers' metrics. */
  readonly metrics: Registry;
}

/** Opens the brokers that the options name. */
export function openBrokers(
  { rabbitmq, kafka, pace: given, events = {}, random = systemRandom }: BrokerOptions,
  { server, access, hasTokens, metrics, clock, turns, fault }: OpenBrokersPorts,
): readonly KeptSession[] {
  const names = { connected: true, lost: true, handled: true, lag: true } as const;
  const both = joinListeners<BrokerEvents>(names, brokerMetrics(metrics), events);
  const pace = { ...standardPace, ...given };
  const portsOf = (protocol: BrokerProtocol) => {
    const admit = (authorization: string | undefined) => {
      // The broker controls who may write to it; a token, if there are any, controls who may ask models.
      if (!hasTokens) return anybody;
      return access.admit({ authorization, isForeign: true, isLocal: false }, 'predict');
    };
    const handle = requestHandler({ server, protocol, admit, ...pace, fault });
    return { handle, clock, random, turns, events: both, fault };
  };
  const brokers: KeptSession[] = [];
  if (rabbitmq) brokers.push(rabbitmqBroker({ ...rabbitmq, ...pace }, portsOf('rabbitmq')));
  if (kafka) brokers.push(kafkaBroker({ ...kafka, ...pace }, portsOf('kafka')));
  return brokers;
}

/** Throws `inference.unavailable` if a broker is not connected. */
export function requireBrokers(brokers: readonly KeptSession[]): void {
  for (const { protocol, trouble } of brokers)
    if (trouble !== undefined)
      throw new MurmurationError(
        'inference.unavailable',
        `No requests are taken from ${protocol}: ${trouble}`,
      );
}

import { AnsweredKeys } from '../answered-keys.ts';
import type { BrokerPorts } from '../broker.ts';
import { KeptSession } from '../kept-session.ts';
import type { BrokerPace, KafkaSettings } from '../settings.ts';

/**
 * Takes requests from a Kafka topic, and answers under their keys to the topic of answers. That topic is also
 * the memory of answered keys: a server that takes over a partition first reads it to its end, so a request
 * that a crashed server had answered is not answered again.
 */
export function kafkaBroker(settings: KafkaSettings & BrokerPace, ports: BrokerPorts): KeptSession {
  const answered = new AnsweredKeys(settings.remember);
  return new KeptSession('kafka', ports, async () => {
    // A server without Kafka doesn't load its client.
    const { KafkaSession } = await import('./session.ts');
    return KafkaSession.open(settings, ports, answered);
  });
}

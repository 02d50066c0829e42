import { AnsweredKeys } from '../answered-keys.ts';
import type { Broker, BrokerPorts } from '../broker.ts';
import { KeptSession } from '../kept-session.ts';
import type { KafkaSettings } from '../settings.ts';

/**
 * Takes requests from a topic of Kafka, and answers under their keys to the topic of answers. That topic is also the memory of what has been
 * answered: whoever takes over a partition reads it to its end first, so that a request whose server died is not answered again where it had
 * been.
 */
export function kafkaBroker(settings: KafkaSettings, ports: BrokerPorts): Broker {
  const { clock, random, events } = ports;
  const answered = new AnsweredKeys(settings.remember);
  const kept = new KeptSession({
    // A server without Kafka doesn't load its client.
    open: async () => {
      const { KafkaSession } = await import('./session.ts');
      return KafkaSession.open(settings, ports, answered);
    },
    clock,
    random,
    connected: () => events.connected?.('kafka'),
    lost: (reason, wait) => events.lost?.('kafka', reason, wait),
  });
  return {
    protocol: 'kafka',
    get trouble() {
      return kept.trouble;
    },
    close: () => kept.close(),
  };
}

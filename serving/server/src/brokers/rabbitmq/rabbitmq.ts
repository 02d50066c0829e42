import { AnsweredKeys } from '../answered-keys.ts';
import type { Broker, BrokerPorts } from '../broker.ts';
import { KeptSession } from '../kept-session.ts';
import type { BrokerPace, RabbitmqSettings } from '../settings.ts';
import type { RabbitmqMemory } from './session.ts';

/**
 * Takes requests from a queue of RabbitMQ, 4.0 or newer, and answers to the queue that each names in
 * `replyTo`.
 *
 * An answer and the mark that its key has been answered go to the broker in one transaction, and the request
 * is acknowledged after that. So if a server dies, another one answers its requests, except those already
 * answered. Only if the connection or the broker breaks during a commit, this server sends that answer again,
 * byte for byte and with the same message id.
 */
export function rabbitmqBroker(settings: RabbitmqSettings & BrokerPace, ports: BrokerPorts): Broker {
  const { clock, random, events } = ports;
  const memory: RabbitmqMemory = { answered: new AnsweredKeys(settings.remember), unsure: new Map() };
  const kept = new KeptSession({
    // A server without RabbitMQ doesn't load its client.
    open: async () => {
      const { RabbitmqSession } = await import('./session.ts');
      return RabbitmqSession.open(settings, ports, memory);
    },
    clock,
    random,
    connected: () => events.connected?.('rabbitmq'),
    lost: (reason, wait) => events.lost?.('rabbitmq', reason, wait),
  });
  return {
    protocol: 'rabbitmq',
    get trouble() {
      return kept.trouble;
    },
    close: () => kept.close(),
  };
}

import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import { AnsweredKeys } from '../answered-keys.ts';
import type { BrokerPorts } from '../broker.ts';
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
export function rabbitmqBroker(settings: RabbitmqSettings & BrokerPace, ports: BrokerPorts): KeptSession {
  const memory: RabbitmqMemory = {
    answered: new AnsweredKeys(settings.remember),
    unsure: new BoundedMap(2 * settings.prefetch),
  };
  return new KeptSession('rabbitmq', ports, async () => {
    // A server without RabbitMQ doesn't load its client.
    const { RabbitmqSession } = await import('./session.ts');
    return RabbitmqSession.open(settings, ports, memory);
  });
}

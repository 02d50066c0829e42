import type { Registry } from 'prom-client';
import type { BrokerEvents } from '../brokers/broker.ts';
import { registerIn } from './register.ts';

/** Registers metrics of requests from brokers. Labels are protocols, outcomes, and error codes. */
export function brokerMetrics(registry: Registry): BrokerEvents {
  const { counter, gauge } = registerIn(registry);
  const messages = counter(
    'murmuration_inference_broker_messages_total',
    'Requests that brokers brought, by what became of them (answered, failed, retried, or repeated: answered before) and by the code of the error, or ok.',
    'protocol',
    'outcome',
    'code',
  );
  const lag = gauge('murmuration_inference_broker_lag', 'Requests that wait at the broker.', 'protocol');
  const connected = gauge(
    'murmuration_inference_broker_connected',
    'Whether requests of the broker are taken: 1 or 0.',
    'protocol',
  );
  const losses = counter(
    'murmuration_inference_broker_losses_total',
    'Connections to the broker that broke or did not come about.',
    'protocol',
  );
  return {
    connected: protocol => connected.set({ protocol }, 1),
    lost(protocol) {
      connected.set({ protocol }, 0);
      losses.inc({ protocol });
    },
    handled: (protocol, outcome, code) => messages.inc({ protocol, outcome, code }),
    lag: (protocol, requests) => lag.set({ protocol }, requests),
  };
}

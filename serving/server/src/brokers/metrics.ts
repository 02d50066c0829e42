import { Counter, Gauge, type Registry } from 'prom-client';
import type { BrokerEvents } from './broker.ts';

/** Registers metrics of requests from brokers. Labels are protocols, outcomes, and error codes. */
export function brokerMetrics(registry: Registry): BrokerEvents {
  const registers = [registry];
  const messages = new Counter({
    name: 'murmuration_inference_broker_messages_total',
    help: 'Requests that brokers brought, by what became of them (answered, failed, retried, or repeated: answered before) and by the code of the error, or ok.',
    labelNames: ['protocol', 'outcome', 'code'],
    registers,
  });
  const lag = new Gauge({
    name: 'murmuration_inference_broker_lag',
    help: 'Requests that wait at the broker.',
    labelNames: ['protocol'],
    registers,
  });
  const connected = new Gauge({
    name: 'murmuration_inference_broker_connected',
    help: 'Whether requests of the broker are taken: 1 or 0.',
    labelNames: ['protocol'],
    registers,
  });
  const losses = new Counter({
    name: 'murmuration_inference_broker_losses_total',
    help: 'Connections to the broker that broke or did not come about.',
    labelNames: ['protocol'],
    registers,
  });
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

import type { BrokerEvents } from '@murmuration/serving/brokers/broker';
import { note } from './output.ts';

/** Notes on standard error when requests are taken from a broker, and when its connection is lost. */
export const brokerNotes: BrokerEvents = {
  connected: protocol => note(`Requests are taken from ${protocol}.`),
  lost: (protocol, reason, wait) =>
    note(`No requests are taken from ${protocol} (${reason}); the next try is in ${wait} ms.`),
};

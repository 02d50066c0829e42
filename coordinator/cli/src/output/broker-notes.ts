import type { BrokerEvents } from '@murmuration/serving/brokers/broker';
import { note } from './output.ts';

/** Notes if the requests of brokers are taken. */
export const brokerNotes: BrokerEvents = {
  connected: protocol => note(`Requests are taken from ${protocol}.`),
  lost: (protocol, reason, wait) =>
    note(`No requests are taken from ${protocol} (${reason}); the next try is in ${wait} ms.`),
};

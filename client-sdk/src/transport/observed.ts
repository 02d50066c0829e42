import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { Transport } from './transport.ts';

/** Data that leaves the device. */
export interface Sent {
  /** Event of the protocol, update of the model, or answer to a query. */
  readonly kind: DeviceEvent | 'update' | 'answer';
  readonly bytes: number;
  /** True for a masked update or answer, which reveals only its sum with others. */
  readonly masked: boolean;
  /** First bytes as sent, 1 KiB at most; empty for an enrolment, which contains a token. */
  readonly sample: Uint8Array;
}

const sampleLength = 1_024;

export function sentOf(kind: Sent['kind'], bytes: Uint8Array, masked = false): Sent {
  const sample = bytes.slice(0, kind === 'enrol' ? 0 : sampleLength);
  return { kind, bytes: bytes.length, masked, sample };
}

/** Returns a request function that reports each request before it is sent. */
export function observed(
  transport: Pick<Transport, 'request'>,
  tell: (sent: Sent) => void,
): Transport['request'] {
  return (event, frame) => {
    tell(sentOf(event, frame));
    return transport.request(event, frame);
  };
}

import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { Transport } from './transport.ts';

/** Something that leaves the device. */
export interface Sent {
  /** What it is: an event of the protocol, an update of the model, or an answer to a query. */
  readonly kind: DeviceEvent | 'update' | 'answer';
  /** Its length. */
  readonly bytes: number;
  /** Whether it is an update or an answer under masks, of which only the sum with others says anything. */
  readonly masked: boolean;
  /** Its first bytes as they go out, 1 KiB at most; none of an enrolment, which holds a token. */
  readonly sample: Uint8Array;
}

/** Longest sample, bytes. */
const sampleLength = 1_024;

export function sentOf(kind: Sent['kind'], bytes: Uint8Array, masked = false): Sent {
  const sample = bytes.slice(0, kind === 'enrol' ? 0 : sampleLength);
  return { kind, bytes: bytes.length, masked, sample };
}

/** Requests that are told of, each before it goes out. */
export function observed(
  transport: Pick<Transport, 'request'>,
  tell: (sent: Sent) => void,
): Transport['request'] {
  return (event, frame) => {
    tell(sentOf(event, frame));
    return transport.request(event, frame);
  };
}

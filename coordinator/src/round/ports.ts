import type { DeviceId } from '@murmuration/protocol/ids';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { Head } from '../registry/ports.ts';
import type { RoundTerms } from './round.ts';

/** What a device is given at the beginning of a phase of masking. */
export type MaskingEvent = 'roster' | 'bundle' | 'survivors';

/** The way to the devices of a cohort. What is sent to a device without a connection is dropped: it asks when it is back. */
export interface CohortChannel {
  isConnected(device: DeviceId): boolean;
  assign(device: DeviceId, assignment: Assignment): void;
  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void;
  end(device: DeviceId, end: RoundEnd): void;
}

/** Makes the next version from what a round gathered; nothing is stored yet. */
export type MakeVersion = (terms: RoundTerms, aggregate: Aggregate) => Promise<Head>;

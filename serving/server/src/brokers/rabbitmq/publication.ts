import type { Clock } from '@murmuration/protocol/time/clock';
import type { Envelope } from 'rabbitmq-client';
import type { Turns } from '../../server/turns.ts';

/** Outgoing message. */
export interface Publication {
  readonly envelope: Envelope;
  readonly body: Buffer;
  /** True if it goes to a client's queue, which may refuse it. */
  readonly isAnswer?: boolean;
}

/** Dependencies of publishing. */
export interface CommitPorts {
  readonly clock: Clock;
  readonly turns: Turns;
  /** Called if a channel closes for a reason other than a commit's. */
  readonly failed: (error: unknown) => void;
}

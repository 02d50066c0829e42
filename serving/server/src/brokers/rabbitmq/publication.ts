import type { Clock } from '@murmuration/protocol/time/clock';
import type { Envelope } from 'rabbitmq-client';
import type { Turns } from '../../server/turns.ts';

/** A message that goes out. */
export interface Publication {
  readonly envelope: Envelope;
  readonly body: Buffer;
  /** Goes to a queue of a client, which may take no more. */
  readonly isAnswer?: boolean;
}

/** What publishing stands on. */
export interface CommitPorts {
  readonly clock: Clock;
  readonly turns: Turns;
  /** Hears why a channel is closed for a reason that no commit has. */
  readonly failed: (error: unknown) => void;
}

import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Inbox } from './inbox.ts';

/** Part in a round, in any of its phases; `stop` ends it. */
export interface Contributing {
  readonly phase: 'contributing';
  readonly assignment: Assignment;
  /** Time when the assignment came, ms since 1970 by the device's own clock. */
  readonly since: number;
  readonly stop: AbortController;
  readonly inbox: Inbox<MaskingEvent>;
  /** Bytes of the messages received for the round. */
  heard: number;
  /** Name of the answered query; undefined until it is read, and for training. */
  query?: string | undefined;
  /** True if only the answer to its last message is missing. */
  isSending?: boolean;
  /** End of the round, if it came before that answer. */
  end?: RoundOver;
}

/** Milliseconds until a device is to come back; `at`: when it was told, ms by `#elapsed`. */
export interface Told {
  readonly after: number;
  readonly at: number;
}

/** Time and reason for a device to come back after its round. */
export interface RoundOver extends Told {
  readonly reason: string;
  /** Later request of the coordinator to come sooner. */
  recalled?: Told;
}

/** Checked in; waits for an assignment. */
export interface AwaitingRound {
  readonly phase: 'gathering';
  /** True if the coordinator has answered that the device waits. */
  isWaiting?: boolean;
  /** Later request of the coordinator to come sooner. */
  recalled?: Told;
}

/** Phase of a device in one task. */
export type SessionState =
  /** Not taking part; checks in at the set time. */
  | { readonly phase: 'idle' }
  | AwaitingRound
  | Contributing
  /** Update counted; waits for the end of the round. */
  | { readonly phase: 'closing'; readonly assignment: Assignment; readonly query?: string | undefined };

import type { Assignment } from '@murmuration/protocol/messages/round';
import type { MaskingEvent } from '../update/update-processor.ts';
import type { Inbox } from './inbox.ts';

/** Has a part in a round, in whichever of its phases; `stop` ends that. */
export interface Contributing {
  readonly phase: 'contributing';
  readonly assignment: Assignment;
  /** When it got that, ms since 1970 by the device's own clock. */
  readonly since: number;
  readonly stop: AbortController;
  readonly inbox: Inbox<MaskingEvent>;
  /** Bytes of the messages that came for it. */
  heard: number;
  /** Name of the query that it answers; undefined while that is not read, and where it trains. */
  query?: string | undefined;
  /** Whether only the answer to what it sent last is missing. */
  isSending?: boolean;
  /** What it was told when the round ended before that answer came. */
  end?: RoundOver;
}

/** ms after which a device is to come back; `at`: when it was told, by a clock that nobody sets. */
export interface Told {
  readonly after: number;
  readonly at: number;
}

/** When a device is to come back whose round is over, and why. */
export interface RoundOver extends Told {
  readonly reason: string;
  /** The coordinator has asked it to come meanwhile. */
  recalled?: Told;
}

/** Checked in: waits for an assignment. */
export interface Gathering {
  readonly phase: 'gathering';
  /** Whether the coordinator has said that it waits. */
  isWaiting?: boolean;
  /** The coordinator has asked it to come meanwhile. */
  recalled?: Told;
}

/** Where a device stands in one task. */
export type SessionState =
  /** Not taking part; checks in when its time has come. */
  | { readonly phase: 'idle' }
  | Gathering
  | Contributing
  /** Its update counts: waits for the end of the round. */
  | { readonly phase: 'closing'; readonly assignment: Assignment; readonly query?: string | undefined };

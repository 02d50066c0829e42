import type { Assignment } from '@murmuration/protocol/messages/round';

/** Where a device stands in one task; the phases have the names that they have on the coordinator. */
export type SessionState =
  /** Not taking part; checks in when its time has come. */
  | { readonly phase: 'idle' }
  /** Checked in: waits for an assignment. */
  | { readonly phase: 'gathering' }
  /** Downloads, trains and uploads; `stop` ends that. */
  | { readonly phase: 'updates'; readonly assignment: Assignment; readonly stop: AbortController }
  /** Its update counts: waits for the end of the round. */
  | { readonly phase: 'closing'; readonly assignment: Assignment };

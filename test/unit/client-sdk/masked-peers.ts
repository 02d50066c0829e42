import { MaskedPeers as Peers } from '@murmuration/client-sdk/testing/masked-peers';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { layout } from './memory-coordinator.ts';

/** The other devices of a masked round of the coordinator in memory. */
export class MaskedPeers extends Peers {
  constructor(assignment: Assignment, peers: number, assumptions: MaskingSettings) {
    super(assignment, peers, assumptions, { primitives: native, layout });
  }
}

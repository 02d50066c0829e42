import type { GateMessage, PublicGate } from '@murmuration/api/gate';
import { iso } from '@murmuration/protocol/time/iso';
import type { GateDecision } from '@murmuration/rounds/registry/gate-decisions';

/** Returns the public message of a decision, without the names of operators. */
export function publicGateMessage(decision: GateDecision): PublicGate {
  const { outcome, reason, against, checks, decidedAt, promotedAt, rolledBack } = decision;
  return {
    outcome,
    reason,
    against: against.number,
    checks: checks.map(({ test, ...check }) => ({
      ...check,
      test: test && { ...test, interval: test.interval && [...test.interval] },
    })),
    decidedAt: iso(decidedAt),
    promotedAt: promotedAt === null ? null : iso(promotedAt),
    rolledBack: rolledBack && { at: iso(rolledBack.at), reason: rolledBack.reason },
  };
}

/** Returns the message of a decision for operators. */
export function gateMessage(decision: GateDecision): GateMessage {
  return { ...publicGateMessage(decision), heldBy: decision.heldBy };
}

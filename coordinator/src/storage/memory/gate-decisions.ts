import type { AuditLog } from '../../operators/audit.ts';
import type { GateDecision, GateDecisionStore } from '../../registry/gate-decisions.ts';
import { appendAll, memoryAudit } from './audit.ts';

/** `audit` takes what the log says of its changes. */
export function memoryGateDecisions(audit: Pick<AuditLog, 'append'> = memoryAudit()): GateDecisionStore {
  const kept = new Map<string, GateDecision>();
  return {
    async put(decision, entries = []) {
      await appendAll(audit, entries);
      kept.set(`${decision.task} ${decision.number}`, structuredClone(decision));
    },
    async of(task, numbers) {
      const found = numbers.map(number => kept.get(`${task} ${number}`)).filter(each => each !== undefined);
      return new Map(found.map(decision => [decision.number, structuredClone(decision)]));
    },
    async retain(models) {
      for (const [key, { model }] of kept) if (!models.has(model)) kept.delete(key);
    },
  };
}

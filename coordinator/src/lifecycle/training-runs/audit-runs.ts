import type { CoordinatorEvents } from '../../events/events.ts';
import type { TrainingRun } from '../../events/training-run.ts';
import type { AuditEntry, AuditLog } from '../../operators/audit.ts';

/** Writes runs that triggers began and rules ended to the audit log; what operators did is there already. */
export function auditRuns(events: CoordinatorEvents, audit: AuditLog): void {
  const write = async (
    { task, number }: TrainingRun,
    what: Pick<AuditEntry, 'time' | 'action' | 'actor'>,
    reason: string,
  ) => {
    const changes = [
      { field: 'run', from: null, to: number },
      { field: 'reason', from: null, to: reason },
    ];
    const entry: AuditEntry = { ...what, subject: task, outcome: 'done', changes };
    await audit.append(entry);
    events.emit('audited', entry);
  };
  events.on('run-began', run => {
    const { trigger, reason } = run.why;
    if (trigger === 'by-hand') return;
    const actor = { id: 'trigger', name: trigger };
    return write(run, { time: run.startedAt, action: 'run.start', actor }, reason);
  });
  events.on('run-ended', run => {
    if (!run.ending || run.endedAt === null || run.ending.reason === 'stopped') return;
    const actor = { id: 'rule', name: run.ending.reason };
    return write(run, { time: run.endedAt, action: 'run.stop', actor }, run.ending.text);
  });
}

import type { OwnAct } from '@murmuration/rounds/events/own-acts';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';

/**
 * Returns the audit entries of runs that triggers began and rules ended in a step; `known` is the number of
 * the newest run before it. Actions of operators have their own entries.
 */
export function actsOf(runs: readonly TrainingRun[], known: number): readonly OwnAct[] {
  return runs.flatMap((run): OwnAct[] => {
    const { ending, number, why } = run;
    if (ending) return ending.reason === 'stopped' ? [] : [endOf(run, ending.reason, ending.text)];
    if (number <= known || why.trigger === 'by-hand') return [];
    return [actOf(run, 'run.start', { id: 'trigger', name: why.trigger }, why.reason)];
  });
}

/** Returns the audit entry of a run that a rule ended. */
export function endOf(run: TrainingRun, rule: string, text: string): OwnAct {
  return actOf(run, 'run.stop', { id: 'rule', name: rule }, text);
}

function actOf(
  { task, number }: TrainingRun,
  action: OwnAct['action'],
  actor: OwnAct['actor'],
  reason: string,
): OwnAct {
  const changes = [
    { field: 'run', from: null, to: number },
    { field: 'reason', from: null, to: reason },
  ];
  return { actor, action, subject: task, changes };
}

import type { TrainingRunMessage } from '@murmuration/api/run';

type Made = NonNullable<TrainingRunMessage['version']>;

/** Fate of the version of a training run. */
export interface Fate {
  readonly fate: 'served' | 'replaced' | 'waits' | 'held' | 'refused' | 'not-measured' | 'rolled-back';
  /** Reason in a sentence; null if there is none. */
  readonly reason: string | null;
}

/** Fate of a version, as decided by the gate of its task, a rollback or operators. */
export function fateOf({ isServed, gate }: Made): Fate {
  if (gate?.rolledBack) return { fate: 'rolled-back', reason: gate.rolledBack.reason };
  if (isServed) return { fate: 'served', reason: reasonOf(gate) };
  if (!gate) return { fate: 'waits', reason: null };
  if (gate.outcome === 'failed') return { fate: 'refused', reason: reasonOf(gate) };
  if (gate.outcome === 'undecided') return { fate: 'not-measured', reason: gate.reason };
  if (gate.promotedAt !== null) return { fate: 'replaced', reason: null };
  return gate.heldBy === null
    ? { fate: 'waits', reason: null }
    : { fate: 'held', reason: `It passed; ${gate.heldBy} keeps another version served.` };
}

/** Rules that it did not pass; if it passed, the first rule. */
function reasonOf(gate: Made['gate']): string | null {
  if (!gate) return null;
  const said = gate.outcome === 'passed' ? gate.checks.slice(0, 1) : gate.checks.filter(each => !each.passed);
  return said.length === 0 ? gate.reason : said.map(({ text }) => text).join(' ');
}

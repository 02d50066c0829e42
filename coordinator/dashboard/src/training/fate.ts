import type { TrainingRunMessage } from '@murmuration/api/run';

type Made = NonNullable<TrainingRunMessage['version']>;

/** What became of the version of a training run. */
export interface Fate {
  readonly fate: 'served' | 'replaced' | 'waits' | 'held' | 'refused' | 'not-measured' | 'rolled-back';
  /** Why, in a sentence; null where there is nothing to say. */
  readonly reason: string | null;
}

/** What became of a version: by the gate of its task, by what was seen of it in use, and by operators. */
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

/** The rules that it did not pass; where it passed, the first one. */
function reasonOf(gate: Made['gate']): string | null {
  if (!gate) return null;
  const said = gate.outcome === 'passed' ? gate.checks.slice(0, 1) : gate.checks.filter(each => !each.passed);
  return said.length === 0 ? gate.reason : said.map(({ text }) => text).join(' ');
}

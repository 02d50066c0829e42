import type { LiveRound, TaskOverview } from '@murmuration/api/overview';
import { roundPhases } from '@murmuration/protocol/messages/phases';
import type { PartProgress, Standings } from '@murmuration/rounds/round/progress';

/** Known state of a round's part: its cell's last announcement, and `hasCell` if a cell has it. */
export interface SeenPart {
  /** Progress of the part; null if its cell announced nothing of this round. */
  readonly progress: PartProgress | null;
  readonly hasCell: boolean;
}

/**
 * Combines a spread round with its parts: its phase is that of the slowest part, and its cohort is the sum of
 * theirs.
 */
export function withParts(round: LiveRound, seen: readonly SeenPart[]): LiveRound {
  const parts = seen.map(({ progress, hasCell }) => ({
    phase: progress?.phase ?? null,
    accepted: progress?.accepted ?? 0,
    goal: progress?.goal ?? 0,
    hasCell,
  }));
  const known = seen.flatMap(({ progress }) => progress ?? []);
  // The closing round has all sums that it waits for.
  if (round.phase === 'closing' || known.length === 0) return { ...round, parts };
  const cohort = sumOf(known.map(each => each.cohort));
  const phase = roundPhases.find(each => known.some(progress => progress.phase === each));
  if (!phase) return { ...round, parts, cohort };
  const last = known.filter(progress => progress.phase === phase);
  const total = (count: (progress: PartProgress) => number) =>
    last.reduce((sum, progress) => sum + count(progress), 0);
  // Parts that are further have received everything that they waited for.
  const further = phase === 'gathering' ? 0 : cohort.size - total(each => each.cohort.size);
  const deadlines = last.flatMap(({ deadline }) => deadline ?? []);
  return {
    ...round,
    parts,
    phase,
    cohort: phase === 'gathering' ? { ...cohort, size: Math.max(cohort.size, round.cohort.size) } : cohort,
    deadline: deadlines.length > 0 ? new Date(Math.max(...deadlines)).toISOString() : round.deadline,
    quorum: round.quorum && {
      ...round.quorum,
      accepted: further + total(({ accepted }) => accepted),
      goal: further + total(({ goal }) => goal),
    },
  };
}

/** Returns what a spread round waits for. */
export function waitsForParts({ phase, quorum, deadline }: LiveRound): TaskOverview['waitsFor'] {
  if (phase === 'closing' || !quorum) return { what: 'coordinator', devices: 0, until: null };
  const devices = Math.max(0, quorum.goal - quorum.accepted);
  return { what: phase === 'gathering' ? 'check-ins' : 'cohort', devices, until: deadline };
}

function sumOf(cohorts: readonly Standings[]): Standings {
  const total = { size: 0, waiting: 0, working: 0, done: 0, lost: 0, late: 0 };
  for (const cohort of cohorts)
    for (const key of Object.keys(total) as (keyof Standings)[]) total[key] += cohort[key];
  return total;
}

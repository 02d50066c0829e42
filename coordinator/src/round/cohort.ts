import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';

/**
 * Within one phase. `counted`: its message was taken; `away`: its connection is gone, but it may come back and go on;
 * `left`: it gave up, or was given up, which takes keys and shares out of the count, but no update out of the sum.
 */
export type Standing = 'working' | 'away' | 'counted' | 'left';

export interface Member {
  readonly device: DeviceId;
  readonly assignment: AssignmentId;
  /** Whose sum its update is part of, from the phase of shares on; left out where the cohort is one sum. */
  readonly group?: number;
}

/** The devices of a round, frozen when it is drawn, and where each of them stands. Positions index both lists. */
export interface Cohort {
  readonly members: readonly Member[];
  readonly positions: ReadonlyMap<AssignmentId, number>;
  readonly standings: readonly Standing[];
  readonly count: Readonly<Record<Standing, number>>;
  /** Who has left though its message counts: no later phase waits for it. */
  readonly gone: ReadonlySet<AssignmentId>;
}

/** A cohort at the beginning of a phase, in which those who are `gone` have left. */
export function cohortOf(members: readonly Member[], gone: Cohort['gone'] = new Set()): Cohort {
  const standings = members.map(({ assignment }) => (gone.has(assignment) ? 'left' : 'working'));
  const left = standings.filter(standing => standing === 'left').length;
  return {
    members,
    positions: new Map(members.map(({ assignment }, position) => [assignment, position])),
    standings,
    count: { working: members.length - left, away: 0, counted: 0, left },
    gone,
  };
}

/** The cohort that will not wait for a member any more whose message counts; any other changes nothing. */
export function depart(cohort: Cohort, assignment: AssignmentId): Cohort {
  if (standingOf(cohort, assignment) !== 'counted' || cohort.gone.has(assignment)) return cohort;
  return { ...cohort, gone: new Set([...cohort.gone, assignment]) };
}

/** Where the owner of `assignment` stands; undefined for a stranger. */
export function standingOf(cohort: Cohort, assignment: AssignmentId): Standing | undefined {
  const position = cohort.positions.get(assignment);
  return position === undefined ? undefined : cohort.standings[position];
}

/** Whether a message may still come: not from a stranger, nor from one whose part is over. */
export function maySend(standing: Standing | undefined): boolean {
  return standing === 'working' || standing === 'away';
}

/** The members with a standing. */
export function membersAt(cohort: Cohort, standing: Standing): readonly Member[] {
  return cohort.members.filter((_, position) => cohort.standings[position] === standing);
}

/** The cohort with one standing changed; those that are final and strangers change nothing. */
export function stand(cohort: Cohort, assignment: AssignmentId, standing: Standing): Cohort {
  const before = standingOf(cohort, assignment);
  if (before === undefined || before === standing || !maySend(before)) return cohort;
  return move(cohort, assignment, before, standing);
}

/** The cohort without a member, though its message may count; one that has left and strangers change nothing. */
export function withdraw(cohort: Cohort, assignment: AssignmentId): Cohort {
  const before = standingOf(cohort, assignment);
  if (before === undefined || before === 'left') return cohort;
  return move(cohort, assignment, before, 'left');
}

function move(cohort: Cohort, assignment: AssignmentId, before: Standing, standing: Standing): Cohort {
  return {
    ...cohort,
    standings: cohort.standings.with(cohort.positions.get(assignment)!, standing),
    count: { ...cohort.count, [before]: cohort.count[before] - 1, [standing]: cohort.count[standing] + 1 },
  };
}

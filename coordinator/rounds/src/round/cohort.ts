import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import type { Base } from './base.ts';

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
  /** Of an asynchronous task: what its assignment starts from. */
  readonly base?: Base;
}

/** The devices of a round, frozen when it is drawn (those of a buffer come and go), and where each of them stands. Positions index both lists. */
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

/** The owner of `assignment`; undefined for a stranger. */
export function memberOf(cohort: Cohort, assignment: AssignmentId): Member | undefined {
  const position = cohort.positions.get(assignment);
  return position === undefined ? undefined : cohort.members[position];
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

/** The cohort with further members, who are at work; those whom it has already stay as they are. */
export function joined(cohort: Cohort, members: readonly Member[]): Cohort {
  const added = members.filter(({ assignment }) => !cohort.positions.has(assignment));
  return regrouped(cohort, [...cohort.members, ...added]);
}

/** The cohort without all trace of some members. */
export function without(cohort: Cohort, gone: ReadonlySet<AssignmentId>): Cohort {
  return regrouped(
    cohort,
    cohort.members.filter(({ assignment }) => !gone.has(assignment)),
  );
}

function regrouped(cohort: Cohort, members: readonly Member[]): Cohort {
  const standings = members.map(({ assignment }) => standingOf(cohort, assignment) ?? 'working');
  const count = { working: 0, away: 0, counted: 0, left: 0 };
  for (const standing of standings) count[standing] += 1;
  return {
    members,
    positions: new Map(members.map(({ assignment }, position) => [assignment, position])),
    standings,
    count,
    gone: cohort.gone,
  };
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

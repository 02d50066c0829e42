import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import type { Base } from './base.ts';

/**
 * Standing of a device within one phase:
 * - `counted`: its message was taken.
 * - `away`: its connection is gone, but it may come back and go on.
 * - `left`: it gave up, or was given up. Its keys and shares no longer count, but its update stays in the
 *   sum.
 */
export type Standing = 'working' | 'away' | 'counted' | 'left';

export interface Member {
  readonly device: DeviceId;
  readonly assignment: AssignmentId;
  /** Group whose sum contains its update, from the phase of shares on; left out if the cohort is one sum. */
  readonly group?: number;
  /** Starting point of the assignment, in asynchronous tasks. */
  readonly base?: Base;
}

/**
 * Devices of a round and the standing of each. The list is frozen at the draw, except in a buffer.
 * `positions` index both `members` and `standings`.
 */
export interface Cohort {
  readonly members: readonly Member[];
  readonly positions: ReadonlyMap<AssignmentId, number>;
  readonly standings: readonly Standing[];
  readonly count: Readonly<Record<Standing, number>>;
  /** Devices that have left although their message counts: no later phase waits for them. */
  readonly gone: ReadonlySet<AssignmentId>;
}

/** Returns the cohort at the beginning of a phase, in which the `gone` devices have left. */
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

/**
 * Marks a member whose message counts as gone, so that no later phase waits for it; ignores any other device.
 */
export function depart(cohort: Cohort, assignment: AssignmentId): Cohort {
  if (standingOf(cohort, assignment) !== 'counted' || cohort.gone.has(assignment)) return cohort;
  return { ...cohort, gone: new Set([...cohort.gone, assignment]) };
}

/** Returns the standing of the owner of `assignment`; undefined if it isn't a member. */
export function standingOf(cohort: Cohort, assignment: AssignmentId): Standing | undefined {
  const position = cohort.positions.get(assignment);
  return position === undefined ? undefined : cohort.standings[position];
}

/** Returns the owner of `assignment`; undefined if it isn't a member. */
export function memberOf(cohort: Cohort, assignment: AssignmentId): Member | undefined {
  const position = cohort.positions.get(assignment);
  return position === undefined ? undefined : cohort.members[position];
}

/**
 * True if a message may still come: false for devices that aren't members, and for those whose part is over.
 */
export function maySend(standing: Standing | undefined): boolean {
  return standing === 'working' || standing === 'away';
}

export function membersAt(cohort: Cohort, standing: Standing): readonly Member[] {
  return cohort.members.filter((_, position) => cohort.standings[position] === standing);
}

/** Changes the standing of one member; leaves final standings and devices that aren't members as they are. */
export function stand(cohort: Cohort, assignment: AssignmentId, standing: Standing): Cohort {
  const before = standingOf(cohort, assignment);
  if (before === undefined || before === standing || !maySend(before)) return cohort;
  return move(cohort, assignment, before, standing);
}

/** Adds members, who are at work; leaves those that it already has as they are. */
export function joined(cohort: Cohort, members: readonly Member[]): Cohort {
  const added = members.filter(({ assignment }) => !cohort.positions.has(assignment));
  return regrouped(cohort, [...cohort.members, ...added]);
}

/** Removes members together with their standings. */
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

/** Marks a member as left, even if its message counts; ignores devices that aren't members. */
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

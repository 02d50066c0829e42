import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { cohortOf, joined, type Member, maySend, membersAt, stand, standingOf, without } from '../cohort.ts';
import { openQuorum } from '../quorum.ts';
import {
  type Buffering,
  type BufferTerms,
  type Effect,
  type RoundEvent,
  type Step,
  type Updates,
  unchanged,
} from '../round.ts';
import { failed } from './collecting.ts';

/** Devices that a buffer may lose for each of its places: its journal must not grow without end. */
const lossesPerPlace = 20;

/**
 * Opens a buffer of asynchronous aggregation (Nguyen et al. 2022, Algorithm 1). It closes once it has its
 * goal of updates, however long that takes; devices still at work go on in the next one.
 */
export function openBuffer(terms: BufferTerms): Step {
  const time = terms.startedAt + terms.limits.updates;
  return {
    state: at(time, {
      phase: 'updates',
      terms,
      cohort: cohortOf([]),
      quorum: openQuorum(terms.goal, terms.minimum, time),
      deadlines: { keys: time, shares: time, updates: time, agreement: time, unmasking: time },
      earlier: { rejected: 0, late: 0, lost: 0 },
    }),
    effects: [{ type: 'wake', time }],
  };
}

export const isBuffer = (state: Updates): state is Buffering => state.terms.kind === 'buffer';

export function buffering(state: Buffering, event: RoundEvent): Step {
  const { cohort, quorum, earlier } = state;
  switch (event.type) {
    case 'available': {
      const room = roomIn(state);
      const devices = Math.min(room, event.devices);
      return devices > 0 ? { state, effects: [{ type: 'draw', devices }] } : unchanged(state);
    }
    case 'drawn': {
      const members = event.members.filter(({ assignment }) => !cohort.positions.has(assignment));
      if (members.length === 0) return unchanged(state);
      const next = dated({ ...state, cohort: joined(cohort, members) }, event.time);
      return { state: next, effects: [wake(next), { type: 'assign', members }] };
    }
    case 'counted': {
      const after = stand(cohort, event.assignment, 'counted');
      if (after === cohort) return unchanged(state);
      return settle({ ...state, cohort: after, quorum: { ...quorum, accepted: quorum.accepted + 1 } });
    }
    case 'rejected':
      if (!maySend(standingOf(cohort, event.assignment))) return unchanged(state);
      return unchanged({ ...state, quorum: { ...quorum, rejected: quorum.rejected + 1 } });
    case 'left':
      if (!maySend(standingOf(cohort, event.assignment))) return unchanged(state);
      return settle({
        ...state,
        cohort: without(cohort, new Set([event.assignment])),
        earlier: { ...earlier, lost: earlier.lost + 1 },
      });
    case 'away':
    case 'back': {
      const after = stand(cohort, event.assignment, event.type === 'away' ? 'away' : 'working');
      return unchanged(after === cohort ? state : { ...state, cohort: after });
    }
    case 'tick':
      return event.time < quorum.deadline ? unchanged(state) : expire(state, event.time);
    case 'due':
      return settle({ ...state, isDue: true });
    case 'succeeded':
      // An update that was not yet announced may be missing.
      if (quorum.accepted < quorum.goal - 1)
        return failed(state, `Only ${quorum.accepted} of ${quorum.goal} updates are left after a restart.`);
      return close(state);
    case 'abort':
      return failed(state, event.reason);
    default:
      return unchanged(state);
  }
}

/** Returns the members whose update may still come. */
export function openMembers({ cohort }: Updates): readonly Member[] {
  return cohort.members.filter((_, position) => maySend(cohort.standings[position]));
}

/** True if the time of a device at work in the buffer is over. */
export function isAnyLate(state: Updates, time: number): boolean {
  return openMembers(state).some(({ base }) => base!.until <= time);
}

/** Returns the number of assignments that may be made; 0 in a full buffer, which waits to be closed. */
function roomIn({ terms, cohort, quorum }: Buffering): number {
  const { concurrency } = terms.buffer;
  return quorum.accepted >= quorum.goal ? 0 : concurrency - cohort.count.working - cohort.count.away;
}

function expire(state: Buffering, time: number): Step {
  const { cohort, earlier } = state;
  if (openMembers(state).length === 0) return unchanged(state);
  const late = openMembers(state).filter(({ base }) => base!.until <= time);
  const gone = new Set<AssignmentId>(late.map(({ assignment }) => assignment));
  const working = late.filter(({ assignment }) => standingOf(cohort, assignment) === 'working');
  const step = settle(
    dated(
      {
        ...state,
        cohort: without(cohort, gone),
        earlier: { ...earlier, late: earlier.late + late.length },
      },
      time,
    ),
  );
  const release: readonly Effect[] = working.length > 0 ? [{ type: 'release', members: working }] : [];
  return step.state.phase === 'updates'
    ? { state: step.state, effects: [wake(step.state), ...release, ...step.effects] }
    : step;
}

function settle(state: Buffering): Step {
  const { quorum, terms, earlier } = state;
  if (state.isDue && quorum.accepted >= quorum.goal) return close(state);
  const lost = earlier.late + earlier.lost;
  if (lost > lossesPerPlace * (terms.goal + terms.buffer.concurrency))
    return failed(
      state,
      `${lost} devices were lost before ${terms.goal} updates had come; give them more time (deadlines.updates), or ask for less training.`,
    );
  return unchanged(state);
}

function close(state: Buffering): Step {
  const { terms, cohort, quorum, earlier } = state;
  const contributors = membersAt(cohort, 'counted');
  const { late, lost } = earlier;
  const tally = {
    cohort: contributors.length + late + lost,
    accepted: contributors.length,
    rejected: quorum.rejected,
    late,
    lost,
  };
  return {
    state: { phase: 'closing', terms, contributors, tally },
    effects: [{ type: 'carry', members: openMembers(state) }, { type: 'publish' }],
  };
}

/** Sets the deadline to the first one of the members at work; a buffer itself has none. */
function dated(state: Buffering, time: number): Buffering {
  const until = openMembers(state).map(({ base }) => base!.until);
  return at(until.length > 0 ? Math.min(...until) : time + state.terms.limits.updates, state);
}

function at(time: number, state: Buffering): Buffering {
  return {
    ...state,
    quorum: { ...state.quorum, deadline: time },
    deadlines: { keys: time, shares: time, updates: time, agreement: time, unmasking: time },
  };
}

const wake = ({ quorum }: Updates): Effect => ({ type: 'wake', time: quorum.deadline });

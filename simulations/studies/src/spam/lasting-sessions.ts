import type { SessionStore } from '@murmuration/rounds/operators/session-store';

/** Longer than any replay, ms. */
const longer = 10 * 366 * 86_400_000;

/** Sessions of operators that outlive a clock that runs ahead: months pass while somebody looks. */
export function lastingSessions(sessions: SessionStore): SessionStore {
  return {
    add: session => sessions.add({ ...session, expiresAt: session.expiresAt + longer }),
    get: digest => sessions.get(digest),
    all: () => sessions.all(),
    remove: digest => sessions.remove(digest),
    expire: time => sessions.expire(time),
  };
}

import type { SessionStore } from '@murmuration/rounds/operators/session-store';

/** Milliseconds, longer than any replay. */
const longer = 10 * 366 * 86_400_000;

/**
 * Extends operators' sessions, so that they outlive a virtual clock on which months pass while a person
 * looks.
 */
export function lastingSessions(sessions: SessionStore): SessionStore {
  return {
    add: session => sessions.add({ ...session, expiresAt: session.expiresAt + longer }),
    get: digest => sessions.get(digest),
    all: () => sessions.all(),
    remove: digest => sessions.remove(digest),
    expire: time => sessions.expire(time),
  };
}

/**
 * Seconds of silence on a connection after which the server probes its other end, seconds between two probes,
 * and number of probes.
 */
const idleSeconds = 5;
const probeIntervalSeconds = 2;
const probeCount = 4;
/**
 * Milliseconds for which the server waits for an acknowledgement of sent data; it probes only an idle
 * connection.
 */
const unacknowledged = 15_000;

/**
 * Options with which the server finds within a quarter of a minute that the machine of a connection is gone,
 * and releases its locks.
 */
export const keepAlives = [
  `tcp_keepalives_idle=${idleSeconds}`,
  `tcp_keepalives_interval=${probeIntervalSeconds}`,
  `tcp_keepalives_count=${probeCount}`,
  `tcp_user_timeout=${unacknowledged}`,
]
  .map(setting => `-c ${setting}`)
  .join(' ');

/**
 * Minimum milliseconds for which the server keeps a dead connection: its first unanswered probe may have been
 * sent right after the last packet that came through.
 */
export const minKeptMs = 1_000 * probeIntervalSeconds * probeCount;

/** Maximum milliseconds until the server has ended a dead connection. */
export const endedAfter = Math.max(1_000 * (idleSeconds + probeIntervalSeconds * probeCount), unacknowledged);

/** s without a word from a connection after which the server asks whether its other end is there, s between two such questions, and how many. */
const idle = 5;
const interval = 2;
const count = 4;
/** ms for which the server waits until what it has sent is acknowledged: questions are asked only where nothing is. */
const unacknowledged = 15_000;

/** Options by which the server finds within a quarter of a minute that the machine of a connection is gone, and with it whatever that had locked. */
export const keepAlives = [
  `tcp_keepalives_idle=${idle}`,
  `tcp_keepalives_interval=${interval}`,
  `tcp_keepalives_count=${count}`,
  `tcp_user_timeout=${unacknowledged}`,
]
  .map(setting => `-c ${setting}`)
  .join(' ');

/**
 * ms for which the server keeps a connection that carries nothing any more, at least: the first question without an answer may have been asked
 * right after the last packet that came through.
 */
export const keptFor = 1_000 * interval * count;

/** ms after which the server has ended a connection that carries nothing any more, at the latest. */
export const endedAfter = Math.max(1_000 * (idle + interval * count), unacknowledged);

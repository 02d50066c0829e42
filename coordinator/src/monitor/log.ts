import pino, { type DestinationStream, type Logger } from 'pino';
import type { CoordinatorEvents } from '../events.ts';
import type { RoundRecord } from '../round/record.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Structured log lines, on standard error unless told otherwise; whatever is called a token or a signature is left out. */
export function createLog(
  level: LogLevel,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino({ level, redact: ['token', '*.token', 'signature', '*.signature'] }, destination);
}

/** Writes what happens to the log: one line a round at info, the rest at debug. */
export function logEvents(events: CoordinatorEvents, log: Logger): void {
  events.on('round-ended', record => logRound(log, record));
  events.on('version', ({ task, number, model, metrics }) =>
    log.debug({ task, number, model, metrics }, 'version published'),
  );
  events.on('enrolled', device => log.debug({ device }, 'device enrolled'));
  events.on('connected', (device, platform, sdk) => log.debug({ device, platform, sdk }, 'device connected'));
  events.on('disconnected', device => log.debug({ device }, 'device disconnected'));
  events.on('checked-in', (device, task, decision) =>
    log.debug({ device, task, decision }, 'device checked in'),
  );
  events.on('refused', (where, code, detail) => log.debug({ where, code, detail }, 'refused'));
  events.on('fault', (where, error) => log.error({ where, err: error }, 'fault'));
}

function logRound(
  log: Logger,
  { round, task, number, outcome, failure, tally, metrics, traffic, startedAt, endedAt }: RoundRecord,
): void {
  const line = {
    task,
    round,
    number,
    ...tally,
    metrics,
    bytesUp: traffic.up,
    bytesDown: traffic.down,
    ms: endedAt - startedAt,
  };
  if (outcome === 'published') log.info(line, 'round published');
  else log.warn({ ...line, ...failure }, 'round failed');
}

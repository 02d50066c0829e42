import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { enderOf, type RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import pino, { type DestinationStream, type Logger } from 'pino';
import { BoundedLines, standardError } from './bounded-lines.ts';
import type { RecentLog } from './recent-log.ts';
import { withoutSecrets } from './redaction.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Maximum number of features that a line names. */
const mostFeatures = 20;

/**
 * Returns a logger of structured lines with times in ISO 8601 and levels by name, by default on standard
 * error. All lines are stripped of secrets. A stalled reader blocks nothing: dropped lines are counted, and
 * the number is logged once it continues. `recent` also gets lines at info and above, for any `level`.
 */
export function createLog(
  level: LogLevel,
  destination: DestinationStream = standardError(),
  recent?: RecentLog,
): Logger {
  const isFiner = level === 'trace' || level === 'debug';
  const log = pino(
    {
      // The recent lines need info and above, even if the log itself has a higher level.
      level: recent && !isFiner ? 'info' : level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: name => ({ level: name }) },
      hooks: { streamWrite: withoutSecrets },
    },
    recent
      ? pino.multistream([
          { stream: destination, level: level as pino.Level },
          { stream: recent, level: 'info' },
        ])
      : destination,
  );
  if (destination instanceof BoundedLines)
    destination.recovered = lines =>
      log.warn({ lines }, 'the reader of the log stalled, and this number of lines was dropped');
  return log;
}

/**
 * Logs events: at info or above the end of each round, alerts and faults; the rest at debug. Of consecutive
 * rounds to which too few devices came, the first is at info or above, and the next other round of the task
 * logs their number.
 */
export function logEvents(events: CoordinatorEvents, log: Logger): void {
  const empty = new Map<TaskName, number>();
  events.on('round-ended', record => {
    const before = empty.get(record.task) ?? 0;
    if (isEmpty(record)) empty.set(record.task, before + 1);
    else empty.delete(record.task);
    logRound(log, record, before);
  });
  const phases = new Map<RoundId, RoundState['phase']>();
  events.on('round', ({ phase, terms: { id: round, number, plan } }) => {
    const isOver = phase === 'published' || phase === 'failed';
    if (phases.get(round) === phase) return;
    if (isOver) phases.delete(round);
    else {
      phases.set(round, phase);
      log.debug({ task: plan.task, round, number, phase }, 'round in a new phase');
    }
  });
  events.on('version', ({ task, round, number, model, metrics }) =>
    log.debug({ task, round, number, model, metrics }, 'version published'),
  );
  events.on('gate', ({ task, number, against, outcome, reason, promotedAt, heldBy, rolledBack }) => {
    if (rolledBack)
      return log.warn({ task, number, to: against.number, reason: rolledBack.reason }, 'version taken back');
    const line = { task, number, against: against.number, reason, heldBy };
    if (promotedAt !== null) log.info(line, 'version promoted by the gate');
    else if (outcome === 'passed') log.info(line, 'version passed the gate');
    else log.warn(line, outcome === 'failed' ? 'version failed the gate' : 'version could not be measured');
  });
  events.on('experiment', ({ outcome, ...line }) => {
    if (outcome === 'running') log.info(line, 'experiment runs');
    else if (outcome === 'broken' || outcome === 'guarded')
      log.warn({ ...line, outcome }, 'experiment ended');
    else log.info({ ...line, outcome }, 'experiment ended');
  });
  events.on('budget', (task, moreNoise) => {
    if (moreNoise === null) return log.debug({ task }, 'privacy budget began');
    const times = Number(moreNoise.toPrecision(2));
    log.info(
      { task, moreNoise: times },
      'privacy budget began: moreNoise is the noise of its models beside BISR noise by the coordinator for the same ε',
    );
  });
  events.on('task-added', (task, file) => log.info({ task, file }, 'task added'));
  events.on('closing-step', ({ id: round, number, plan: { task } }, step, ms) =>
    log.debug({ task, round, number, step, ms }, 'step of closing a round'),
  );
  events.on('re-anchored', ({ id: round, number, plan: { task } }, by) =>
    log.warn({ task, round, number, ms: by }, 'the clock was set back: the deadlines of a round moved'),
  );
  events.on('leads', leads =>
    leads
      ? log.info({}, 'devices are led again')
      : log.warn(
          {},
          'no devices are led: nothing is heard of the leases of this cell, or another one has them',
        ),
  );
  events.on('taken-over', (task, underWay, part) =>
    log.info({ task, part, underWay }, part === undefined ? 'task taken over' : 'part of a task taken over'),
  );
  events.on('enrolled', device => log.debug({ device }, 'device enrolled'));
  events.on('convicted', (round, devices, code) =>
    log.warn({ round, devices, code }, 'devices revealed or dealt wrong shares'),
  );
  events.on('spoiled', ({ id: round, number, plan: { task } }, devices) =>
    log.warn({ task, round, number, devices: devices.length }, 'a sum came to nothing by one of its devices'),
  );
  events.on('connected', (device, platform, sdk) => log.debug({ device, platform, sdk }, 'device connected'));
  events.on('disconnected', device => log.debug({ device }, 'device disconnected'));
  events.on('checked-in', (device, task, decision) =>
    log.debug({ device, task, decision }, 'device checked in'),
  );
  events.on('alert', ({ id, rule, severity, task, summary, advice, resolvedAt }) => {
    const line = { alert: id, rule, severity, task, summary };
    if (resolvedAt === null) log.warn({ ...line, advice }, 'alert');
    else log.info(line, 'alert is over');
  });
  events.on('notice', (host, failure) => {
    if (failure === null) log.debug({ host }, 'notice delivered');
    else log.warn({ host, failure }, 'notice given up');
  });
  events.on('drift', ({ task, version, features, share, window }) => {
    const drifted = features.filter(feature => feature.drifted).map(({ name }) => name);
    const line = { task, version, drifted: drifted.slice(0, mostFeatures), share, ...window };
    if (drifted.length > 0) log.info(line, 'inputs drifted');
    else log.debug(line, 'inputs compared');
  });
  events.on('triggered', ({ task, firing: { trigger, reason }, count, outcome, by }) => {
    const line = { task, trigger, reason, outcome, by, count };
    // A repeatedly suppressed trigger is logged once.
    if (count === 1) log.info(line, 'trigger of training');
    else log.debug(line, 'trigger of training');
  });
  events.on('run-began', ({ task, id, number, why: { trigger } }) =>
    log.info({ task, run: id, number, trigger }, 'training run began'),
  );
  events.on('run-ended', ({ task, id, number, ending, rounds, failed, metrics }) =>
    log.info({ task, run: id, number, ...ending, rounds, failed, metrics }, 'training run ended'),
  );
  events.on('accuracy', accuracy => log.debug({ ...accuracy }, 'live accuracy'));
  events.on('refused', (where, code, detail, round) => log.debug({ where, code, detail, round }, 'refused'));
  events.on('fault', (where, error, round) => log.error({ where, round, err: error }, 'fault'));
}

/** True if too few devices came for a cohort; an idle coordinator has many such rounds in a row. */
function isEmpty({ outcome, tally, failure }: RoundRecord): boolean {
  return outcome === 'failed' && tally.cohort === 0 && enderOf(failure) === null;
}

/** `emptyBefore`: number of consecutive empty rounds of the task before this one. */
function logRound(log: Logger, record: RoundRecord, emptyBefore: number): void {
  const { round, task, number, outcome, failure, tally, metrics, traffic, startedAt, endedAt } = record;
  const line = {
    task,
    round,
    number,
    ...tally,
    metrics,
    bytesUp: traffic.up,
    bytesDown: traffic.down,
    ms: endedAt - startedAt,
    ...failure,
    ...(emptyBefore > 0 && { emptyBefore }),
  };
  if (outcome === 'published') log.info(line, 'round published');
  else if (enderOf(failure) !== null) log.info(line, 'round ended on purpose');
  else if (isEmpty(record) && emptyBefore > 0) log.debug(line, 'round failed');
  else log.warn(line, 'round failed');
}

/** Process that has started, as the log describes it. */
interface Running {
  readonly version: string;
  /** URL on which it listens. */
  readonly url: string;
  /** Address on which its models are served over gRPC; undefined if they are not. */
  readonly grpc: string | undefined;
  readonly tasks: readonly string[];
  /** Storage folder, or the database address without its password; undefined for memory. */
  readonly storage: string | undefined;
  readonly hasOperators: boolean;
  /** Actions that programs on this machine may do with its models without a token. */
  readonly openHere: readonly string[];
  readonly isDevelopment: boolean;
}

/** Logs the first line of a coordinator. */
export function logStart(log: Logger, { storage = 'memory', isDevelopment, ...running }: Running): void {
  log.info({ ...running, storage, node: process.version }, 'coordinator listens');
  if (isDevelopment)
    log.warn('development mode: devices may give up every protection; only this machine can connect');
}

import { alertRules } from '@murmuration/api/alert';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Standing } from '@murmuration/rounds/round/cohort';
import type { RoundState } from '@murmuration/rounds/round/round';
import type { TrafficCount } from '@murmuration/rounds/rounds/traffic';
import { watchProcess } from '@murmuration/serving/metrics/process-metrics';
import { registerIn } from '@murmuration/serving/metrics/register';
import { Counter, type Registry } from 'prom-client';

/** Values that are computed when the metrics are read. */
export interface MetricSources {
  tasks(): readonly TaskName[];
  /** Returns the number of devices that wait for an assignment of a task. */
  waiting(task: TaskName): number;
  isPaused(task: TaskName): boolean;
  /** Returns the number of devices by the mark against them. */
  marked(task: TaskName): Readonly<Record<'silent' | 'suspect' | 'apart' | 'slow', number>>;
  /** Returns true if a training run is open; undefined for tasks whose rounds run all the time. */
  isTraining(task: TaskName): boolean | undefined;
  /**
   * Returns the spent privacy budget of a task: ε, NaN if no bound holds, and the number of versions;
   * undefined without a budget.
   */
  privacy(task: TaskName): { readonly epsilon: number; readonly steps: number } | undefined;
  connected(): number;
  /** Returns the number of connections over plain HTTP, and of those on which a poll waits. */
  polled(): { readonly size: number; readonly polls: number };
  enrolled(): number;
  traffic(task: TaskName): TrafficCount;
  firing(): readonly Pick<Alert, 'rule'>[];
}

/**
 * Maximum number of evaluation figures exported for a task, which keeps the labels few; further ones are left
 * out.
 */
const maxExportedFigures = 20;

const standings = ['working', 'away', 'counted', 'left'] as const satisfies readonly Standing[];

type Make = ReturnType<typeof registerIn>;

/**
 * Exports a coordinator's activity to Prometheus: names and base units follow its conventions, labels come
 * from bounded sets (tasks, phases, outcomes, the table of error codes). Counts begin at the start of the
 * process. It only listens.
 */
export function watchMetrics(
  registry: Registry,
  events: CoordinatorEvents,
  sources: MetricSources,
  clock: Clock,
): void {
  const make = registerIn(registry);
  const { counter } = make;
  watchProcess(registry);
  watchRounds(events, make, clock);
  readTasks(
    make,
    sources,
    'murmuration_task_paused',
    'Whether operators have paused the task: 1, or 0.',
    task => Number(sources.isPaused(task)),
  );
  for (const [part, name, help] of [
    [
      'epsilon',
      'murmuration_privacy_spent_epsilon',
      'ε of a device, spent by all versions of the task; NaN where none holds.',
    ],
    [
      'steps',
      'murmuration_privacy_released_versions',
      'Versions that were released from the privacy budget.',
    ],
  ] as const)
    readTasks(make, sources, name, help, task => sources.privacy(task)?.[part]);
  watchRuns(events, make, sources);
  watchVersions(events, make);
  watchDevices(events, make, sources);
  watchAlerts(events, make, sources);
  for (const [direction, name, help] of [
    ['up', 'murmuration_update_bytes_total', 'Bytes of updates that came.'],
    ['down', 'murmuration_model_bytes_total', 'Bytes of models that were served.'],
  ] as const) {
    new Counter({
      name,
      help,
      labelNames: ['task'],
      registers: [registry],
      collect() {
        this.reset();
        for (const task of sources.tasks()) this.inc({ task }, sources.traffic(task)[direction]);
      },
    });
  }
  const left = counter(
    'murmuration_devices_left_total',
    'Devices that gave up their part, by the reason that they gave: an error code, stopped, busy, declined or other.',
    'task',
    'reason',
  );
  events.on('left', (task, reason) => left.inc({ task, reason }));
  const refused = counter(
    'murmuration_refusals_total',
    'Messages, uploads and requests that were refused, by error code.',
    'code',
  );
  events.on('refused', (_, code) => refused.inc({ code }));
  const faults = counter('murmuration_faults_total', 'Faults of the coordinator itself; the log has them.');
  events.on('fault', () => faults.inc());
}

function watchRounds(events: CoordinatorEvents, { counter, gauge, histogram }: Make, clock: Clock): void {
  const rounds = counter('murmuration_rounds_total', 'Rounds that ended.', 'task', 'outcome');
  const updates = counter(
    'murmuration_updates_total',
    'Devices of the cohorts of rounds that ended, by what became of their updates.',
    'task',
    'result',
  );
  const phases = histogram(
    'murmuration_phase_duration_seconds',
    'How long phases of rounds took.',
    [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000],
    'task',
    'phase',
  );
  const steps = histogram(
    'murmuration_closing_step_duration_seconds',
    'How long it took to take off the masks, to make the next version, to evaluate it, and to store it.',
    [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    'task',
    'step',
  );
  const cohort = gauge(
    'murmuration_cohort_devices',
    'Devices in the cohort of the round under way, by where they stand in its phase.',
    'task',
    'standing',
  );
  const number = gauge(
    'murmuration_round_number',
    'Number of the round under way, or of the last one.',
    'task',
  );
  /** Start of the current phase of each task's round. */
  const since = new Map<TaskName, { readonly phase: RoundState['phase']; readonly at: number }>();
  events.on('round', state => {
    const { task } = state.terms.plan;
    const before = since.get(task);
    if (before?.phase !== state.phase) {
      if (before) phases.observe({ task, phase: before.phase }, (clock.now() - before.at) / 1_000);
      if (state.phase === 'published' || state.phase === 'failed') since.delete(task);
      else since.set(task, { phase: state.phase, at: clock.now() });
    }
    number.set({ task }, state.terms.number);
    for (const standing of standings)
      cohort.set({ task, standing }, 'cohort' in state ? state.cohort.count[standing] : 0);
  });
  events.on('closing-step', ({ plan: { task } }, step, ms) => steps.observe({ task, step }, ms / 1_000));
  events.on('round-ended', ({ task, outcome, tally }) => {
    rounds.inc({ task, outcome });
    for (const result of ['accepted', 'rejected', 'late', 'lost'] as const)
      updates.inc({ task, result }, tally[result]);
  });
}

function watchVersions(events: CoordinatorEvents, { counter, gauge }: Make): void {
  const version = gauge('murmuration_model_version', 'Number of the newest model version.', 'task');
  const figures = gauge(
    'murmuration_model_evaluation',
    'Held-out figures of the newest model version, by their names.',
    'task',
    'figure',
  );
  const experiments = counter(
    'murmuration_experiments_total',
    'Experiments that ended, by how: stopped, broken, guarded, ended, promoted or overtaken.',
    'task',
    'outcome',
  );
  events.on('experiment', ({ task, outcome }) => {
    if (outcome !== 'running') experiments.inc({ task, outcome });
  });
  const decisions = counter(
    'murmuration_gate_decisions_total',
    'What gates decided about new versions: passed, failed or undecided; promoted, and taken back.',
    'task',
    'outcome',
  );
  events.on('gate', ({ task, outcome, promotedAt, heldBy, rolledBack }) => {
    // A held version was counted when it passed its gate.
    if (heldBy !== null) return;
    const became = rolledBack ? 'taken-back' : promotedAt === null ? outcome : 'promoted';
    decisions.inc({ task, outcome: became });
  });
  events.on('version', ({ task, number, metrics }) => {
    version.set({ task }, number);
    for (const [figure, value] of Object.entries(metrics ?? {}).slice(0, maxExportedFigures))
      figures.set({ task, figure }, value);
  });
}

function watchRuns(events: CoordinatorEvents, make: Make, sources: MetricSources): void {
  const { counter } = make;
  const runs = counter(
    'murmuration_training_runs_total',
    'Training runs that ended, by what began them and what ended them.',
    'task',
    'trigger',
    'result',
  );
  events.on('run-ended', ({ task, why: { trigger }, ending }) =>
    runs.inc({ task, trigger, result: ending?.reason ?? 'stopped' }),
  );
  const triggers = counter(
    'murmuration_triggers_total',
    'Triggers of training that fired, by what became of them.',
    'task',
    'trigger',
    'outcome',
  );
  events.on('triggered', ({ task, firing: { trigger }, outcome }) =>
    triggers.inc({ task, trigger, outcome }),
  );
  readTasks(
    make,
    sources,
    'murmuration_training_run_open',
    'Whether a training run of the task is open: 1, or 0.',
    task => {
      const isTraining = sources.isTraining(task);
      return isTraining === undefined ? undefined : Number(isTraining);
    },
  );
}

function watchDevices(events: CoordinatorEvents, make: Make, sources: MetricSources): void {
  const { counter, readGauge } = make;
  const checkIns = counter(
    'murmuration_check_ins_total',
    'Check-ins, by whether the device waits for an assignment or comes back later.',
    'task',
    'decision',
  );
  events.on('checked-in', (_, task, decision) => checkIns.inc({ task, decision }));
  const enrolments = counter(
    'murmuration_enrolments_total',
    'Enrolments of devices, repeated ones included.',
  );
  events.on('enrolled', () => enrolments.inc());
  const convictions = counter(
    'murmuration_convictions_total',
    'Devices that were proved to have revealed or dealt wrong shares, once a round, by the code of that.',
    'code',
  );
  events.on('convicted', (_, devices, code) => convictions.inc({ code }, devices.length));
  readGauge(
    'murmuration_marked_devices',
    'Devices that fell silent in rounds, may have spoiled sums, are kept apart for that, or keep rounds waiting.',
    gauge => {
      for (const task of sources.tasks())
        for (const [mark, devices] of Object.entries(sources.marked(task)))
          gauge.set({ task, mark }, devices);
    },
    'task',
    'mark',
  );
  readGauge('murmuration_connected_devices', 'Devices that are connected and have said hello.', gauge =>
    gauge.set(sources.connected()),
  );
  readGauge(
    'murmuration_polled_connections',
    'Connections of devices over plain HTTP, without a hello included.',
    gauge => gauge.set(sources.polled().size),
  );
  readGauge('murmuration_open_polls', 'Polls of devices that wait for a message.', gauge =>
    gauge.set(sources.polled().polls),
  );
  readGauge('murmuration_enrolled_devices', 'Devices that may take part.', gauge =>
    gauge.set(sources.enrolled()),
  );
  readTasks(make, sources, 'murmuration_waiting_devices', 'Devices that wait for an assignment.', task =>
    sources.waiting(task),
  );
}

function watchAlerts(events: CoordinatorEvents, make: Make, sources: MetricSources): void {
  const { counter, readGauge } = make;
  readGauge(
    'murmuration_firing_alerts',
    'Alerts that last, by their rule.',
    gauge => {
      for (const rule of alertRules)
        gauge.set({ rule }, sources.firing().filter(alert => alert.rule === rule).length);
    },
    'rule',
  );
  const notices = counter(
    'murmuration_alert_notices_total',
    'Notices of alerts to webhooks, by whether they were delivered or given up.',
    'result',
  );
  events.on('notice', (_, failure) => notices.inc({ result: failure === null ? 'delivered' : 'given-up' }));
}

/** Makes a gauge of a figure of each task, except those without one. */
function readTasks(
  { readGauge }: Make,
  sources: MetricSources,
  name: string,
  help: string,
  figure: (task: TaskName) => number | undefined,
): void {
  readGauge(
    name,
    help,
    gauge => {
      for (const task of sources.tasks()) {
        const value = figure(task);
        if (value !== undefined) gauge.set({ task }, value);
      }
    },
    'task',
  );
}

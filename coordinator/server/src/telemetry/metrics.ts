import { alertRules } from '@murmuration/api/alert';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Standing } from '@murmuration/rounds/round/cohort';
import type { RoundState } from '@murmuration/rounds/round/round';
import type { TrafficCount } from '@murmuration/rounds/rounds/traffic';
import { watchProcess } from '@murmuration/serving/metrics/process-metrics';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

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
const maxFigures = 20;

const standings = ['working', 'away', 'counted', 'left'] as const satisfies readonly Standing[];

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
  const registers = [registry];
  watchProcess(registry);
  watchRounds(events, registers, clock);
  new Gauge({
    name: 'murmuration_task_paused',
    help: 'Whether operators have paused the task: 1, or 0.',
    labelNames: ['task'],
    registers,
    collect() {
      for (const task of sources.tasks()) this.set({ task }, sources.isPaused(task) ? 1 : 0);
    },
  });
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
  ] as const) {
    new Gauge({
      name,
      help,
      labelNames: ['task'],
      registers,
      collect() {
        for (const task of sources.tasks()) {
          const spent = sources.privacy(task);
          if (spent) this.set({ task }, spent[part]);
        }
      },
    });
  }
  watchRuns(events, registers, sources);
  watchVersions(events, registers);
  watchDevices(events, registers, sources);
  watchAlerts(events, registers, sources);
  for (const [direction, name, help] of [
    ['up', 'murmuration_update_bytes_total', 'Bytes of updates that came.'],
    ['down', 'murmuration_model_bytes_total', 'Bytes of models that were served.'],
  ] as const) {
    new Counter({
      name,
      help,
      labelNames: ['task'],
      registers,
      collect() {
        this.reset();
        for (const task of sources.tasks()) this.inc({ task }, sources.traffic(task)[direction]);
      },
    });
  }
  const left = new Counter({
    name: 'murmuration_devices_left_total',
    help: 'Devices that gave up their part, by the reason that they gave: an error code, stopped, busy, declined or other.',
    labelNames: ['task', 'reason'],
    registers,
  });
  events.on('left', (task, reason) => left.inc({ task, reason }));
  const refused = new Counter({
    name: 'murmuration_refusals_total',
    help: 'Messages, uploads and requests that were refused, by error code.',
    labelNames: ['code'],
    registers,
  });
  events.on('refused', (_, code) => refused.inc({ code }));
  const faults = new Counter({
    name: 'murmuration_faults_total',
    help: 'Faults of the coordinator itself; the log has them.',
    registers,
  });
  events.on('fault', () => faults.inc());
}

function watchRounds(events: CoordinatorEvents, registers: Registry[], clock: Clock): void {
  const rounds = new Counter({
    name: 'murmuration_rounds_total',
    help: 'Rounds that ended.',
    labelNames: ['task', 'outcome'],
    registers,
  });
  const updates = new Counter({
    name: 'murmuration_updates_total',
    help: 'Devices of the cohorts of rounds that ended, by what became of their updates.',
    labelNames: ['task', 'result'],
    registers,
  });
  const phases = new Histogram({
    name: 'murmuration_phase_duration_seconds',
    help: 'How long phases of rounds took.',
    labelNames: ['task', 'phase'],
    buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000],
    registers,
  });
  const steps = new Histogram({
    name: 'murmuration_closing_step_duration_seconds',
    help: 'How long it took to take off the masks, to make the next version, to evaluate it, and to store it.',
    labelNames: ['task', 'step'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    registers,
  });
  const cohort = new Gauge({
    name: 'murmuration_cohort_devices',
    help: 'Devices in the cohort of the round under way, by where they stand in its phase.',
    labelNames: ['task', 'standing'],
    registers,
  });
  const number = new Gauge({
    name: 'murmuration_round_number',
    help: 'Number of the round under way, or of the last one.',
    labelNames: ['task'],
    registers,
  });
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

function watchVersions(events: CoordinatorEvents, registers: Registry[]): void {
  const version = new Gauge({
    name: 'murmuration_model_version',
    help: 'Number of the newest model version.',
    labelNames: ['task'],
    registers,
  });
  const figures = new Gauge({
    name: 'murmuration_model_evaluation',
    help: 'Held-out figures of the newest model version, by their names.',
    labelNames: ['task', 'figure'],
    registers,
  });
  const experiments = new Counter({
    name: 'murmuration_experiments_total',
    help: 'Experiments that ended, by how: stopped, broken, guarded, ended, promoted or overtaken.',
    labelNames: ['task', 'outcome'],
    registers,
  });
  events.on('experiment', ({ task, outcome }) => {
    if (outcome !== 'running') experiments.inc({ task, outcome });
  });
  const decisions = new Counter({
    name: 'murmuration_gate_decisions_total',
    help: 'What gates decided about new versions: passed, failed or undecided; promoted, and taken back.',
    labelNames: ['task', 'outcome'],
    registers,
  });
  events.on('gate', ({ task, outcome, promotedAt, heldBy, rolledBack }) => {
    // A held version was counted when it passed its gate.
    if (heldBy !== null) return;
    const became = rolledBack ? 'taken-back' : promotedAt === null ? outcome : 'promoted';
    decisions.inc({ task, outcome: became });
  });
  events.on('version', ({ task, number, metrics }) => {
    version.set({ task }, number);
    for (const [figure, value] of Object.entries(metrics ?? {}).slice(0, maxFigures))
      figures.set({ task, figure }, value);
  });
}

function watchRuns(events: CoordinatorEvents, registers: Registry[], sources: MetricSources): void {
  const runs = new Counter({
    name: 'murmuration_training_runs_total',
    help: 'Training runs that ended, by what began them and what ended them.',
    labelNames: ['task', 'trigger', 'result'],
    registers,
  });
  events.on('run-ended', ({ task, why: { trigger }, ending }) =>
    runs.inc({ task, trigger, result: ending?.reason ?? 'stopped' }),
  );
  const triggers = new Counter({
    name: 'murmuration_triggers_total',
    help: 'Triggers of training that fired, by what became of them.',
    labelNames: ['task', 'trigger', 'outcome'],
    registers,
  });
  events.on('triggered', ({ task, firing: { trigger }, outcome }) =>
    triggers.inc({ task, trigger, outcome }),
  );
  new Gauge({
    name: 'murmuration_training_run_open',
    help: 'Whether a training run of the task is open: 1, or 0.',
    labelNames: ['task'],
    registers,
    collect() {
      for (const task of sources.tasks()) {
        const isTraining = sources.isTraining(task);
        if (isTraining !== undefined) this.set({ task }, isTraining ? 1 : 0);
      }
    },
  });
}

function watchDevices(events: CoordinatorEvents, registers: Registry[], sources: MetricSources): void {
  const checkIns = new Counter({
    name: 'murmuration_check_ins_total',
    help: 'Check-ins, by whether the device waits for an assignment or comes back later.',
    labelNames: ['task', 'decision'],
    registers,
  });
  events.on('checked-in', (_, task, decision) => checkIns.inc({ task, decision }));
  const enrolments = new Counter({
    name: 'murmuration_enrolments_total',
    help: 'Enrolments of devices, repeated ones included.',
    registers,
  });
  events.on('enrolled', () => enrolments.inc());
  const convictions = new Counter({
    name: 'murmuration_convictions_total',
    help: 'Devices that were proved to have revealed or dealt wrong shares, once a round, by the code of that.',
    labelNames: ['code'],
    registers,
  });
  events.on('convicted', (_, devices, code) => convictions.inc({ code }, devices.length));
  new Gauge({
    name: 'murmuration_marked_devices',
    help: 'Devices that fell silent in rounds, may have spoiled sums, are kept apart for that, or keep rounds waiting.',
    labelNames: ['task', 'mark'],
    registers,
    collect() {
      for (const task of sources.tasks())
        for (const [mark, devices] of Object.entries(sources.marked(task))) this.set({ task, mark }, devices);
    },
  });
  new Gauge({
    name: 'murmuration_connected_devices',
    help: 'Devices that are connected and have said hello.',
    registers,
    collect() {
      this.set(sources.connected());
    },
  });
  new Gauge({
    name: 'murmuration_polled_connections',
    help: 'Connections of devices over plain HTTP, without a hello included.',
    registers,
    collect() {
      this.set(sources.polled().size);
    },
  });
  new Gauge({
    name: 'murmuration_open_polls',
    help: 'Polls of devices that wait for a message.',
    registers,
    collect() {
      this.set(sources.polled().polls);
    },
  });
  new Gauge({
    name: 'murmuration_enrolled_devices',
    help: 'Devices that may take part.',
    registers,
    collect() {
      this.set(sources.enrolled());
    },
  });
  new Gauge({
    name: 'murmuration_waiting_devices',
    help: 'Devices that wait for an assignment.',
    labelNames: ['task'],
    registers,
    collect() {
      for (const task of sources.tasks()) this.set({ task }, sources.waiting(task));
    },
  });
}

function watchAlerts(events: CoordinatorEvents, registers: Registry[], sources: MetricSources): void {
  new Gauge({
    name: 'murmuration_firing_alerts',
    help: 'Alerts that last, by their rule.',
    labelNames: ['rule'],
    registers,
    collect() {
      for (const rule of alertRules)
        this.set({ rule }, sources.firing().filter(alert => alert.rule === rule).length);
    },
  });
  const notices = new Counter({
    name: 'murmuration_alert_notices_total',
    help: 'Notices of alerts to webhooks, by whether they were delivered or given up.',
    labelNames: ['result'],
    registers,
  });
  events.on('notice', (_, failure) => notices.inc({ result: failure === null ? 'delivered' : 'given-up' }));
}

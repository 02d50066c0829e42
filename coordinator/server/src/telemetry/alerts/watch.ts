import type { AlertRule } from '@murmuration/api/alert';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { ComparedWindow } from '@murmuration/rounds/events/monitored';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { History } from '@murmuration/rounds/registry/ports';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { Attention, type SilenceStore } from '@murmuration/storage/operation/attention';
import { type AlertState, emptyAlertState, settle } from './alert-state.ts';
import { conditionsOf } from './conditions.ts';
import { type DriftTrend, followDrift } from './data-drifted.ts';
import {
  type DiskSample,
  type DiskTrend,
  diskFilling,
  followDisk,
  unseenDisk,
  writeRefused,
} from './disk-filling.ts';
import type { TaskFacts } from './facts.ts';
import { type FigureTrend, followFigure, noFigures } from './figure-fell.ts';
import type { Finding } from './finding.ts';
import { findingsOf } from './findings.ts';
import { type EnrolmentTrend, followEnrolment, manyEnrolments } from './many-enrolments.ts';
import { followOutcome, type NamedDevice, type RoundEnds } from './many-failures.ts';
import { countFailures, type Failures } from './rounds-failing.ts';
import type { AlertSettings } from './settings.ts';

/** Milliseconds between two looks at facts that no event reports. */
const factLookMs = 60_000;
/** Number of rounds and versions read at the start. */
const history = 50;

export interface AlertPorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly rounds: AllRounds;
  readonly history: Pick<History, 'rounds' | 'versions'>;
  /** Returns the version that the next round of a task trains from. */
  readonly base: (task: TaskName) => ModelHash;
  /**
   * Returns true if requests without a version number may reach a version: by an alias, or as an arm of an
   * experiment.
   */
  readonly answers: (task: TaskName, version: number) => boolean;
  readonly presence: { readonly connected: number; eligibleFor(task: TaskName): number };
  readonly enrolled: () => number;
  /** Returns the behaviour of devices in the rounds of a task. */
  readonly behaviour: (task: TaskName) => Promise<Pick<TaskFacts, 'shared' | 'slow'>>;
  /** Returns the free space of the storage; null if nothing is stored on a disk. */
  readonly disk: (() => Promise<Omit<DiskSample, 'time'>>) | null;
  readonly silences: SilenceStore;
  readonly settings: AlertSettings;
  /** Returns other problems at `now`, in ms since 1970, independent of pauses and switched-off rules. */
  readonly standing: (now: number) => readonly Finding[];
  /** Refreshes facts that no event reports; called once a minute. */
  readonly lookAgain: () => Promise<void>;
}

/** Remembered history of a task. */
interface TaskCourse {
  failures: Failures | null;
  outcomes: RoundEnds;
  shared: readonly NamedDevice[];
  slow: readonly NamedDevice[];
  figures: readonly FigureTrend[];
  /** Trends by the devices' query; the empty key is for requests. */
  readonly drifts: Map<string, DriftTrend>;
  eligibleAt: number;
  wasPaused: boolean;
}

/**
 * Collects the facts that rules look at, applies the rules on each event that can change them and once a
 * minute, and reports when an alert begins and when it ends. Changes nothing else.
 */
export class AlertWatch {
  readonly #ports: AlertPorts;
  /** Operators' responses to alerts. */
  readonly attention: Attention;
  readonly #tasks = new Map<TaskName, TaskCourse>();
  #disk: DiskTrend = unseenDisk;
  #enrolments: EnrolmentTrend = [];
  #ledger: AlertState = emptyAlertState;
  #cancel: Cancel = () => {};
  /**
   * Time since which writes are refused for lack of room; null if none was since the last look that found
   * room on the disk.
   */
  #refusedAt: number | null = null;
  #couldLook = true;
  #isClosed = false;

  constructor(ports: AlertPorts) {
    this.#ports = ports;
    this.attention = new Attention(ports.silences);
  }

  /** Reads the last rounds and versions, and watches from now on; call it once. */
  async open(): Promise<void> {
    const { clock, events, rounds } = this.#ports;
    await this.attention.open(clock.now());
    for (const each of rounds.values()) await this.follow(each);
    events.on('round-ended', record => {
      this.#followRound(record);
      this.#look();
      return this.#followBehaviour(record.task);
    });
    events.on('version', version => {
      this.#followVersion(version);
      this.#look();
    });
    for (const name of ['aliases', 'experiment', 'readability', 'settings', 'storage'] as const)
      events.on(name, () => this.#look());
    events.on('drift', window => {
      const state = this.#tasks.get(window.task);
      if (!state || !this.#isCurrent(window)) return;
      const { query = '' } = window;
      state.drifts.set(query, followDrift(state.drifts.get(query) ?? null, window));
      this.#look();
    });
    events.on('enrolled', () => this.#followEnrolment());
    events.on('steered', task => this.#followSteering(task));
    events.on('fault', (_, error) => {
      if (error instanceof MurmurationError && error.code === 'storage.full') return this.#refused();
    });
    events.on('checked-in', (_, task, __, isEligible) => {
      if (isEligible) this.#seen(task);
    });
    await this.#regularly();
  }

  /** Watches another task, beginning with its last rounds and versions; call it once for each. */
  async follow({ task, isPaused }: Pick<TaskRounds, 'task' | 'isPaused'>): Promise<void> {
    const { clock, settings } = this.#ports;
    const figures = settings.figuresFell.map(() => noFigures);
    const state: TaskCourse = {
      failures: null,
      outcomes: [],
      shared: [],
      slow: [],
      figures,
      drifts: new Map(),
      eligibleAt: clock.now(),
      wasPaused: isPaused,
    };
    const newest = Number.POSITIVE_INFINITY;
    const rounds = await this.#ports.history.rounds(task.name, newest, history);
    const versions = await this.#ports.history.versions(task.name, newest, history);
    this.#tasks.set(task.name, state);
    for (const each of rounds.toReversed()) this.#followRound(each);
    for (const each of versions.toReversed()) this.#followVersion(each);
  }

  /** Current alerts in the order in which they began. */
  get firing(): readonly Alert[] {
    return [...this.#ledger.firing.values()].sort((a, b) => a.since - b.since);
  }

  /** Past alerts since the start, newest first; a bounded number of them. */
  get resolved(): readonly Alert[] {
    return this.#ledger.resolved;
  }

  /** Condition of each rule in words; null if it is switched off. */
  get conditions(): readonly { readonly rule: AlertRule; readonly condition: string | null }[] {
    return conditionsOf(this.#ports.settings, this.#ports.disk !== null);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #followRound(record: RoundRecord): void {
    const state = this.#tasks.get(record.task);
    if (!state) return;
    state.failures = countFailures(state.failures, record);
    state.outcomes = followOutcome(state.outcomes, record);
  }

  async #followBehaviour(task: TaskName): Promise<void> {
    const { shared, slow } = await this.#ports.behaviour(task);
    const state = this.#tasks.get(task);
    if (!state || this.#isClosed) return;
    Object.assign(state, { shared, slow });
    this.#look();
  }

  #followVersion(version: ModelVersion): void {
    const state = this.#tasks.get(version.task);
    if (!state) return;
    const { figuresFell } = this.#ports.settings;
    state.figures = state.figures.map((figure, i) => followFigure(figure, version, figuresFell[i]!));
  }

  /** Forgets counts from before a pause, which do not apply to the time after it. */
  #followSteering(task: TaskName): void {
    const state = this.#tasks.get(task);
    if (!state) return;
    const { isPaused } = this.#ports.rounds.get(task)!;
    if (state.wasPaused && !isPaused) {
      state.failures = null;
      state.outcomes = [];
      state.eligibleAt = this.#ports.clock.now();
    }
    state.wasPaused = isPaused;
    this.#look();
  }

  #followEnrolment(): void {
    const { manyEnrolments: most } = this.#ports.settings;
    if (most === null) return;
    const now = this.#ports.clock.now();
    this.#enrolments = followEnrolment(this.#enrolments, now);
    if (!this.#ledger.firing.has('many-enrolments') && manyEnrolments(this.#enrolments, most, now))
      this.#look();
  }

  #seen(task: TaskName): void {
    const state = this.#tasks.get(task);
    if (!state) return;
    state.eligibleAt = this.#ports.clock.now();
    if (this.#ledger.firing.has(`no-eligible-devices:${task}`)) this.#look();
  }

  async #regularly(): Promise<void> {
    const { clock, presence } = this.#ports;
    for (const [task, state] of this.#tasks)
      if (presence.eligibleFor(task) > 0) state.eligibleAt = clock.now();
    await this.#lookAtDisk();
    await this.#ports.lookAgain();
    if (this.#isClosed) return;
    this.#look();
    this.#cancel = clock.at(clock.now() + factLookMs, () => void this.#regularly());
  }

  async #refused(): Promise<void> {
    if (!this.#ports.disk) return;
    this.#refusedAt ??= this.#ports.clock.now();
    await this.#lookAtDisk();
    if (!this.#isClosed) this.#look();
  }

  async #lookAtDisk(): Promise<void> {
    const { disk, clock, events } = this.#ports;
    if (!disk) return;
    try {
      this.#disk = followDisk(this.#disk, { time: clock.now(), ...(await disk()) });
      this.#couldLook = true;
      // A write just now is better evidence than the free space.
      const refusedFor = this.#refusedAt === null ? 0 : clock.now() - this.#refusedAt;
      if (this.#disk.lowSince === null && refusedFor >= factLookMs) this.#refusedAt = null;
    } catch (error) {
      if (this.#couldLook) events.emit('fault', 'looking at the disk', error);
      this.#couldLook = false;
    }
  }

  #look(): void {
    const { clock, events, settings, standing } = this.#ports;
    const facts = Array.from(this.#tasks, ([task, state]) => this.#factsOf(task, state));
    const now = clock.now();
    const { ledger, changes } = settle(
      this.#ledger,
      [
        ...findingsOf(facts, this.#disk, this.#enrolments, settings, now),
        ...standing(now),
        ...this.#refusal(),
      ],
      now,
    );
    this.#ledger = ledger;
    for (const alert of changes) events.emit('alert', alert);
  }

  /** True if a window is still relevant; a replaced version needs no repair. */
  #isCurrent({ task, version, query }: ComparedWindow): boolean {
    return query !== undefined || this.#ports.answers(task, version);
  }

  /** Returns the finding for refused writes, unless the disk's own finding covers it. */
  #refusal(): Finding[] {
    return this.#refusedAt === null || diskFilling(this.#disk) ? [] : [writeRefused(this.#refusedAt)];
  }

  #factsOf(task: TaskName, course: TaskCourse): TaskFacts {
    const { failures, outcomes, shared, slow, figures, drifts, eligibleAt, wasPaused } = course;
    const { rounds, base, presence, enrolled, clock } = this.#ports;
    return {
      task,
      isPaused: wasPaused,
      interval: rounds.get(task)!.task.interval,
      failures,
      outcomes,
      shared,
      slow,
      figures,
      drifts: [...drifts.values()].filter(({ window }) => this.#isCurrent(window)),
      base: base(task),
      // No device is awaited if the coordinator trains itself.
      eligibleAt: rounds.get(task)!.trainsHere ? clock.now() : eligibleAt,
      connected: presence.connected,
      enrolled: enrolled(),
    };
  }
}

import type { LiveRound, Overview, TaskOverview } from '@murmuration/api/overview';
import type { PhaseMessage } from '@murmuration/api/round';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import type { Metrics } from '@murmuration/rounds/evaluation/metrics';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Expected } from '@murmuration/rounds/population/sent-away';
import type { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { History } from '@murmuration/rounds/registry/ports';
import { standingsOf } from '@murmuration/rounds/round/progress';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState, SpreadTerms } from '@murmuration/rounds/round/round';
import type { PhaseRecord } from '@murmuration/rounds/round/timeline';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import type { Lifetime } from '@murmuration/rounds/rounds/round-under-way';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import type { Task } from '@murmuration/rounds/task/task';
import type { Attention } from '@murmuration/storage/operation/attention';
import type { Presence } from './presence.ts';
import { type SeenPart, waitsForParts, withParts } from './spread-overview.ts';

/** Maximum number of kinds of clients that an overview lists. */
const maxListedClients = 50;

export interface OverviewSources {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly rounds: AllRounds;
  readonly history: Pick<History, 'rounds' | 'versions'>;
  readonly versionAliases: VersionAliases;
  readonly presence: Presence;
  readonly privacy: Pick<PrivacyBudgets, 'statusOf' | 'missing'>;
  readonly enrolled: () => number;
  readonly isDevelopment: boolean;
  /** True if devices enrol without a token. */
  readonly isEnrolmentOpen: boolean;
  /** Returns how many devices of a task were sent away, and when the first of them comes back. */
  readonly expected: (task: TaskName) => Expected;
  readonly alerts: () => readonly Alert[];
  readonly attention: Attention;
  /** Returns the known state of a round's parts; undefined if no cells share rounds. */
  readonly parts?: ((terms: SpreadTerms) => readonly SeenPart[]) | undefined;
}

/** Builds the overall state from memory, so it is cheap to call often. It only listens. */
export class Overviews {
  readonly #sources: OverviewSources;
  readonly #last = new Map<TaskName, TaskOverview['last']>();
  /** Held-out metrics of the newest version. */
  readonly #metrics = new Map<TaskName, Metrics | null>();
  /** Share of the masks already removed in the round under way. */
  readonly #unmasked = new Map<TaskName, number>();

  constructor(sources: OverviewSources) {
    this.#sources = sources;
    const { events } = sources;
    events.on('round-ended', record => {
      this.#last.set(record.task, lastOf(record));
      this.#unmasked.delete(record.task);
    });
    events.on('version', ({ task, metrics }) => this.#metrics.set(task, metrics));
    events.on('unmasking', ({ plan: { task } }, done) => this.#unmasked.set(task, done));
  }

  /** Reads the end of the last round of a task, and its newest version; call it once for each. */
  async open(task: TaskName): Promise<void> {
    const { history } = this.#sources;
    const [last] = await history.rounds(task, Number.POSITIVE_INFINITY, 1);
    if (last) this.#last.set(task, lastOf(last));
    const [newest] = await history.versions(task, Number.POSITIVE_INFINITY, 1);
    if (newest) this.#metrics.set(task, newest.metrics);
  }

  now(): Overview {
    const { clock, rounds, presence, enrolled, alerts, isDevelopment, isEnrolmentOpen } = this.#sources;
    const { connected, eligible } = presence;
    return {
      time: iso(clock.now()),
      isDevelopment,
      isEnrolmentOpen,
      tasks: Array.from(rounds.values(), each => this.#task(each)),
      devices: {
        connected,
        eligible,
        enrolled: enrolled(),
        clients: presence.clients.slice(0, maxListedClients),
      },
      alerts: alerts().map(each => alertMessage(each, this.#sources.attention, clock.now())),
    };
  }

  #task(rounds: TaskRounds): TaskOverview {
    const { task, isPaused, isSpent, isBetweenRuns, isTraining, nextAt, waiting } = rounds;
    const { champion, newest } = this.#sources.versionAliases.of(task.name);
    const sentAway = this.#sources.expected(task.name);
    const begun = rounds.newest;
    const round = begun && !isOver(begun.state) ? this.#round(begun, waiting) : null;
    return {
      task: task.name,
      isPaused,
      planVersion: task.planVersion,
      isMasked: task.masking !== null,
      trainsHere: rounds.trainsHere,
      goal: task.cohort.goal,
      isAsynchronous: task.buffer !== null,
      privacy: this.#privacy(task),
      round,
      last: this.#last.get(task.name) ?? null,
      nextRoundAt: isPaused || isSpent || isBetweenRuns || isTraining || round ? null : iso(nextAt),
      waiting,
      waitsFor: round?.parts ? waitsForParts(round) : this.#waitsFor(rounds),
      sentAway: { devices: sentAway.devices, next: isoOrNull(sentAway.next) },
      eligible: this.#sources.presence.eligibleFor(task.name),
      champion: { number: champion.number, model: champion.model, isPinned: champion.heldBy !== null },
      newest: {
        number: newest.number,
        model: newest.model,
        metrics: this.#metrics.get(task.name) ?? null,
      },
    };
  }

  #privacy(task: Task): TaskOverview['privacy'] {
    const status = this.#sources.privacy.statusOf(task);
    if (!status) return null;
    const { epsilon, steps, rounds, statement } = status;
    return { epsilon, spent: statement.holds ? statement.epsilon : null, steps, rounds };
  }

  #waitsFor({
    task,
    newest,
    isPaused,
    isSpent,
    isBetweenRuns,
    isTraining,
    nextAt,
    waiting,
  }: Pick<
    TaskRounds,
    'task' | 'newest' | 'isPaused' | 'isSpent' | 'isBetweenRuns' | 'isTraining' | 'nextAt' | 'waiting'
  >): TaskOverview['waitsFor'] {
    if (!newest || isOver(newest.state)) {
      if (isTraining) return { what: 'coordinator', devices: 0, until: null };
      if (isPaused) return { what: 'operator', devices: 0, until: null };
      if (isSpent) return { what: 'budget', devices: 0, until: null };
      if (isBetweenRuns) return { what: 'run', devices: 0, until: null };
      const missing = this.#sources.privacy.missing(task);
      if (missing > 0) return { what: 'enrolment', devices: missing, until: null };
      return { what: 'schedule', devices: 0, until: iso(nextAt) };
    }
    const { state, terms } = newest;
    if (!('quorum' in state)) return { what: 'coordinator', devices: 0, until: null };
    const { accepted, goal, deadline } = state.quorum;
    const until = iso(deadline);
    if (state.phase !== 'gathering') return { what: 'cohort', devices: Math.max(0, goal - accepted), until };
    // A round can't wait for more devices than are enrolled.
    const wanted = Math.min(goal, Math.max(terms.minimum, this.#sources.enrolled()));
    return { what: 'check-ins', devices: Math.max(0, wanted - waiting), until };
  }

  #round({ state, terms, phases }: Lifetime, waiting: number): LiveRound {
    const { id, number, plan, startedAt } = terms;
    const quorum = 'quorum' in state ? state.quorum : null;
    const round: LiveRound = {
      round: id,
      number,
      planVersion: plan.version,
      base: plan.model,
      startedAt: iso(startedAt),
      query: queryOf(plan)?.name ?? null,
      phase: state.phase as LiveRound['phase'],
      deadline: quorum && iso(quorum.deadline),
      quorum: quorum && { accepted: quorum.accepted, goal: quorum.goal, minimum: quorum.minimum },
      cohort: standingsOf(state, terms.cohortSize, waiting),
      unmasked: state.phase === 'closing' && plan.masking ? (this.#unmasked.get(plan.task) ?? 0) : null,
      phases: phases.map(phaseMessage),
      parts: null,
    };
    return terms.kind === 'spread' && this.#sources.parts
      ? withParts(round, this.#sources.parts(terms))
      : round;
  }
}

function isOver({ phase }: SeenState): boolean {
  return phase === 'published' || phase === 'failed';
}

function lastOf({ number, outcome, endedAt, failure, query }: RoundRecord): TaskOverview['last'] {
  return {
    number,
    outcome,
    endedAt: iso(endedAt),
    reason: failure?.reason ?? null,
    query: query ?? null,
  };
}

/** Converts a phase to its form in the operators' API. */
export function phaseMessage({ startedAt, endedAt, deadline, ...rest }: PhaseRecord): PhaseMessage {
  return {
    ...rest,
    startedAt: isoOrNull(startedAt),
    endedAt: isoOrNull(endedAt),
    deadline: isoOrNull(deadline),
  };
}

/** Converts an alert to its form in the operators' API. */
export function alertMessage(
  { since, resolvedAt, ...rest }: Alert,
  attention: Attention,
  now: number,
): Overview['alerts'][number] {
  const acknowledged = attention.acknowledgementOf(rest.id);
  return {
    ...rest,
    since: iso(since),
    resolvedAt: isoOrNull(resolvedAt),
    acknowledged: acknowledged && { by: acknowledged.by, at: iso(acknowledged.at) },
    silencedUntil: isoOrNull(attention.silencedUntil(rest, now)),
  };
}

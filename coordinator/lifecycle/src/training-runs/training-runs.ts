import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { commitActs } from '@murmuration/rounds/events/own-acts';
import type { Firing, FiringRecord, Restraint, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { History } from '@murmuration/rounds/registry/ports';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RunGate } from '@murmuration/rounds/rounds/ports';
import { untilStored } from '@murmuration/rounds/rounds/until-stored';
import type { Retrain } from '@murmuration/rounds/task/retrain/retrain';
import { keyOf } from '@murmuration/rounds/task/retrain/triggers';
import { withCall } from '../triggers/calls.ts';
import { look, nextTime, type Observation, withoutGone } from '../triggers/look.ts';
import { restraintOf } from '../triggers/restraint.ts';
import { heardBy, type TriggerStanding, textOf } from '../triggers/standing.ts';
import { endsOf } from './ends.ts';
import { actsOf } from './run-acts.ts';
import { initialState, type RetrainEffect, type RetrainEvent, type RetrainState } from './state.ts';
import type { RunStore } from './store.ts';
import { dueAt, transition } from './transition.ts';

/** ms after which a failed write is repeated. */
const writeRetryMs = 10_000;
/** Longest sleep, ms, after which changed clocks and a suspended machine are noticed. */
const longestSleep = 3_600_000;
/** Rounds of the history in one read, when looking for those that don't count yet. */
const pageOfRounds = 100;

/** Outlook of a task's retraining. */
export interface RetrainStanding {
  readonly triggers: readonly TriggerStanding[];
  /** Restraint that keeps triggers from beginning a run now, and its end, ms since 1970; null without one. */
  readonly held: { readonly by: Restraint; readonly until: number | null } | null;
  /** Number of versions that ends a run, if any, and all conditions that end it, one sentence each. */
  readonly until: { readonly rounds: number | null; readonly texts: readonly string[] };
}

/** Rounds that a run opens and closes. */
export interface DrivenRounds {
  /** Number of the newest round. */
  readonly number: number;
  /** True if there is a round whose end does not count yet. */
  readonly isUnderWay: boolean;
  /** Ends the round under way as failed, in the name of an operator. */
  abort(reason: string, endedBy: 'operator'): void;
  runChanged(): void;
}

export interface TrainingRunPorts {
  readonly store: RunStore;
  readonly history: Pick<History, 'rounds'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: CoordinatorEvents;
  /** Returns the rounds of the task; undefined until they are open. */
  readonly rounds: () => DrivenRounds | undefined;
}

/**
 * Training runs of one task: triggers and operators begin them, stopping rules end them. Every step is
 * durable before it has effects, so that a killed coordinator continues the open run, and begins none twice.
 */
export class TrainingRuns implements RunGate {
  readonly task: TaskName;
  readonly #retrain: Retrain;
  readonly #ports: TrainingRunPorts;
  readonly #queue = new PromiseQueue();
  readonly #stop = new AbortController();
  #state: RetrainState = initialState;
  /** Map from a trigger's key to its reaction to the last observation; in memory only. */
  readonly #heard = new Map<string, string>();
  #isStarted = false;
  #cancel: Cancel = () => {};

  constructor(task: TaskName, retrain: Retrain, ports: TrainingRunPorts) {
    this.task = task;
    this.#retrain = retrain;
    this.#ports = ports;
  }

  /**
   * Reads the state, and counts rounds that were over but not counted; call it once, before the rounds
   * begin. Throws `storage.*`.
   */
  async open(): Promise<void> {
    const { store, history, clock } = this.#ports;
    const now = clock.now();
    const kept = (await store.state(this.task)) ?? initialState;
    // A clock that was ahead must not prolong a cooldown.
    this.#state = {
      ...kept,
      endedAt: kept.endedAt === null ? null : Math.min(kept.endedAt, now),
      memory: withoutGone(this.#retrain.when, kept.memory),
    };
    const { run } = this.#state;
    if (!run) return;
    const missed: RoundRecord[] = [];
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      const page = await history.rounds(this.task, before, pageOfRounds);
      missed.push(...page.filter(({ number }) => number > run.lastRound));
      const oldest = page.at(-1);
      if (!oldest || page.length < pageOfRounds || oldest.number <= run.lastRound) break;
      before = oldest.number;
    }
    for (const record of missed.reverse()) await this.#count(record);
  }

  /** Id of the open run, unless it is closing. */
  get openRun(): string | undefined {
    const { run } = this.#state;
    return run && !run.closing ? run.id : undefined;
  }

  /** Starts the triggers; those that are due fire at once. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.#wake();
  }

  /** Stops the triggers; nothing is written afterwards. */
  async close(): Promise<void> {
    this.#stop.abort(new MurmurationError('server.stopping'));
    this.#cancel();
    await this.#queue.idle();
  }

  /** Passes an observation to the triggers. Throws `storage.*`; then they have not observed it. */
  observe(observation: Observation): Promise<void> {
    return this.#queue.run(async () => {
      if (!this.#isStarted || this.#hasStopped) return;
      const { memory, fired } = look(
        this.#retrain.when,
        this.#state.memory,
        observation,
        this.#ports.clock.now(),
      );
      await this.#take([{ type: 'remember', memory }, ...fired.map(firing => this.#fired(firing))]);
      for (const trigger of this.#retrain.when) {
        const heard = heardBy(trigger, this.#state.memory, observation);
        if (heard !== undefined) this.#heard.set(keyOf(trigger), heard);
      }
    });
  }

  /** Returns the outlook of the task's retraining. */
  standing(): RetrainStanding {
    const { when, until } = this.#retrain;
    const { run, memory } = this.#state;
    return {
      triggers: when.map(trigger => ({
        kind: trigger.kind,
        text: textOf(trigger),
        next: finiteOrNull(nextTime([trigger], memory)),
        heard: this.#heard.get(keyOf(trigger)) ?? null,
      })),
      held: run
        ? { by: 'run-open', until: null }
        : restraintOf(this.#retrain, this.#state, this.#ports.clock.now()),
      until: { rounds: until.rounds, texts: endsOf(until) },
    };
  }

  /**
   * Handles a signed message to a webhook, once by its id, and returns the record of its firing. Throws
   * `round.repeated` for an id seen before, `request.too-often`, `server.stopping` and `storage.*`.
   */
  receive(name: string, id: string): Promise<FiringRecord> {
    return this.#queue.run(async () => {
      this.#requireRunning();
      const now = this.#ports.clock.now();
      const memory = withCall(this.#state.memory, name, id, now);
      const reason = `The webhook "${name}" was called.`;
      const firing: Firing = { trigger: 'webhook', reason, figures: { name, id }, at: now };
      const records = await this.#take([{ type: 'remember', memory }, this.#fired(firing)]);
      return records.at(-1)!;
    });
  }

  /**
   * Begins a run for an operator, despite any restraints of triggers. Throws `round.under-way` if one is
   * open, `server.stopping` and `storage.*`.
   */
  begin(by: string, reason: string): Promise<TrainingRun> {
    return this.#queue.run(async () => {
      this.#requireRunning();
      const { run } = this.#state;
      if (run)
        throw new MurmurationError('round.under-way', `Training run ${run.number} of this task is open.`);
      const text = `${by} asked for it${reason === '' ? '.' : `: ${reason}`}`;
      const at = this.#ports.clock.now();
      await this.#take([this.#fired({ trigger: 'by-hand', reason: text, figures: {}, at })]);
      return (await this.#ports.store.run(this.task, this.#state.runs))!;
    });
  }

  /**
   * Ends the open run for an operator, with the round under way. Throws `round.unknown` if none is open,
   * `server.stopping` and `storage.*`.
   */
  end(by: string, reason: string): Promise<TrainingRun> {
    return this.#queue.run(async () => {
      this.#requireRunning();
      const { run } = this.#state;
      if (!run) throw new MurmurationError('round.unknown', 'No training run of this task is open.');
      const text = `${by} ended the training run${reason === '' ? '.' : `: ${reason}`}`;
      await this.#take([{ type: 'stop', text, isUnderWay: this.#isUnderWay, now: this.#ports.clock.now() }]);
      return (await this.#ports.store.run(this.task, run.number))!;
    });
  }

  async ended(record: RoundRecord): Promise<void> {
    await this.#insist(() => this.#count(record));
    await this.#insist(() => this.#take([this.#tick()], true));
  }

  async spent(): Promise<void> {
    await this.#insist(() => this.#take([{ type: 'spent', now: this.#ports.clock.now() }], true));
  }

  get #hasStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  get #isUnderWay(): boolean {
    return this.#ports.rounds()?.isUnderWay ?? false;
  }

  #requireRunning(): void {
    if (!this.#isStarted || this.#hasStopped) throw new MurmurationError('server.stopping');
  }

  /** Runs work whose writes are repeated until they succeed, or until the coordinator stops. */
  async #insist(work: () => Promise<unknown>): Promise<void> {
    await this.#queue.run(async () => {
      if (this.#hasStopped) return;
      await work().catch(error => {
        if (!this.#hasStopped) throw error;
      });
    });
  }

  async #count({ run, number, outcome, metrics, model }: RoundRecord): Promise<void> {
    if (run === undefined || run !== this.#state.run?.id) return;
    const now = this.#ports.clock.now();
    const counted = outcome === 'failed' ? outcome : { metrics, model };
    await this.#take([{ type: 'round', number, outcome: counted, now }], true);
  }

  #fired(firing: Firing): RetrainEvent {
    return { type: 'fired', firing, ...this.#beginning() };
  }

  #tick(): RetrainEvent {
    return { type: 'tick', isUnderWay: this.#isUnderWay, ...this.#beginning() };
  }

  /** Returns the inputs of a run that begins now. */
  #beginning() {
    const { random, clock } = this.#ports;
    return { id: base64url(random(16)), lastRound: this.#ports.rounds()?.number ?? 0, now: clock.now() };
  }

  /**
   * Applies events in one commit, then their effects; returns the records of triggers that fired. `insists`
   * repeats the commit until it is stored.
   */
  async #take(taken: readonly RetrainEvent[], insists = false): Promise<readonly FiringRecord[]> {
    const { store, events, clock, rounds } = this.#ports;
    const of = { task: this.task, retrain: this.#retrain };
    let state = this.#state;
    const effects: RetrainEffect[] = [];
    for (const event of taken) {
      const step = transition(of, state, event);
      state = step.state;
      effects.push(...step.effects);
    }
    if (state === this.#state) return [];
    const runs = effects.flatMap(effect => (effect.type === 'run' ? [effect.run] : []));
    const records = effects.flatMap(effect => (effect.type === 'record' ? [effect.record] : []));
    const known = this.#state.runs;
    const commit = () =>
      commitActs(this.#ports, actsOf(runs, known), entries =>
        store.commit(this.task, { state, runs, records, entries }),
      );
    if (insists)
      await untilStored(commit, {
        clock,
        events,
        signal: this.#stop.signal,
        where: 'keeping a training run',
        outage: () => true,
      });
    else await commit();
    const before = this.openRun;
    this.#state = state;
    for (const record of records) events.emit('triggered', record);
    for (const run of runs)
      if (run.endedAt !== null) events.emit('run-ended', run);
      else events.emit(run.number > known ? 'run-began' : 'run-changed', run);
    if (this.openRun !== before) rounds()?.runChanged();
    for (const effect of effects) if (effect.type === 'abort') rounds()?.abort(effect.reason, 'operator');
    this.#sleep();
    return records;
  }

  /** Sleeps until a trigger or rule is due by time; `from` is the earliest wake-up, ms since 1970. */
  #sleep(from = 0): void {
    this.#cancel();
    if (!this.#isStarted || this.#hasStopped) return;
    const { clock } = this.#ports;
    const of = { task: this.task, retrain: this.#retrain };
    const due = Math.min(dueAt(of, this.#state), nextTime(this.#retrain.when, this.#state.memory));
    const time = Math.min(Math.max(due, from), clock.now() + longestSleep);
    this.#cancel = clock.at(time, () => void this.#wake());
  }

  async #wake(): Promise<void> {
    const { events, clock } = this.#ports;
    try {
      await this.observe({ type: 'time' });
      await this.#queue.run(async () => {
        if (!this.#hasStopped) await this.#take([this.#tick()]);
      });
      this.#sleep();
    } catch (error) {
      events.emit('fault', 'a trigger of training', error);
      this.#sleep(clock.now() + writeRetryMs);
    }
  }
}

function finiteOrNull(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}

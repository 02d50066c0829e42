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

/** ms after which what could not be stored is tried again. */
const retryAfter = 10_000;
/** The longest time to sleep, ms: a machine that was asleep itself, and clocks that were set, are noticed by then. */
const longestSleep = 3_600_000;
/** Rounds of the history that are looked through at once for those that do not count yet. */
const pageOfRounds = 100;

/** What is to become of a task's retraining, as far as that is known. */
export interface RetrainStanding {
  readonly triggers: readonly TriggerStanding[];
  /** What keeps triggers from beginning a run now, and until when, ms since 1970; null: nothing does. */
  readonly held: { readonly by: Restraint; readonly until: number | null } | null;
  /** Versions after which a run is over, where their number ends it, and all that ends it, a sentence each. */
  readonly until: { readonly rounds: number | null; readonly texts: readonly string[] };
}

/** The rounds that a run opens and closes. */
export interface DrivenRounds {
  /** Number of the newest round. */
  readonly number: number;
  /** Whether there is a round whose end does not count yet. */
  readonly isUnderWay: boolean;
  /** Ends the round under way as failed, as an operator wants it. */
  abort(reason: string, endedBy: 'operator'): void;
  runChanged(): void;
}

export interface TrainingRunPorts {
  readonly store: RunStore;
  readonly history: Pick<History, 'rounds'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: CoordinatorEvents;
}

/**
 * The training runs of one task: triggers and operators begin them, the stopping rules end them. Every step is durable before anything
 * follows from it, so that a coordinator that was killed goes on with the run that was open, and begins none twice.
 */
export class TrainingRuns implements RunGate {
  readonly task: TaskName;
  readonly #retrain: Retrain;
  readonly #ports: TrainingRunPorts;
  readonly #queue = new PromiseQueue();
  readonly #stop = new AbortController();
  #rounds: DrivenRounds | undefined;
  #state: RetrainState = initialState;
  /** What triggers made of what they heard last, by their keys; of this process's time alone. */
  readonly #heard = new Map<string, string>();
  #isStarted = false;
  #cancel: Cancel = () => {};

  constructor(task: TaskName, retrain: Retrain, ports: TrainingRunPorts) {
    this.task = task;
    this.#retrain = retrain;
    this.#ports = ports;
  }

  /** Reads where it stands, with the rounds that were over before they counted; once, before its rounds. Throws `storage.*`. */
  async open(): Promise<void> {
    const { store, history, clock } = this.#ports;
    const now = clock.now();
    const kept = (await store.state(this.task)) ?? initialState;
    // No clock that was ahead makes a cooldown or a budget last longer.
    this.#state = {
      ...kept,
      begun: kept.begun.map(time => Math.min(time, now)),
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

  /** Whose rounds they are; before `start`. */
  drive(rounds: DrivenRounds): void {
    this.#rounds = rounds;
  }

  /** Id of the run that is open and goes on. */
  get openRun(): string | undefined {
    const { run } = this.#state;
    return run && !run.closing ? run.id : undefined;
  }

  /** From now on triggers fire; what is due already does at once. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.#wake();
  }

  /** No trigger fires any more, and nothing more is written. */
  async close(): Promise<void> {
    this.#stop.abort(new MurmurationError('server.stopping'));
    this.#cancel();
    await this.#queue.idle();
  }

  /** Triggers hear of something. Throws `storage.*`, and then they have not heard of it. */
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

  /** What it is about to do, and what keeps it from that. */
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
   * A program asks for a run by a webhook, with a message that was found to be signed: once, by its id. What became of it. Throws
   * `round.repeated` for an id that was seen before, `request.too-often`, `server.stopping` and `storage.*`.
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

  /** An operator begins a run, whatever the restraints of triggers are. Throws `round.under-way` where one is open, `server.stopping` and `storage.*`. */
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
   * An operator ends the run that is open, with the round under way. Throws `round.unknown` where none is open, `server.stopping` and
   * `storage.*`.
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
    return this.#rounds?.isUnderWay ?? false;
  }

  #requireRunning(): void {
    if (!this.#isStarted || this.#hasStopped) throw new MurmurationError('server.stopping');
  }

  /** What can't be stored now is tried until it can, or until the coordinator stops. */
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

  /** What a run that begins now would need. */
  #beginning() {
    const { random, clock } = this.#ports;
    return { id: base64url(random(16)), lastRound: this.#rounds?.number ?? 0, now: clock.now() };
  }

  /** Takes events in one commit, and does what follows. What became of triggers that fired. `insists`: until it is stored. */
  async #take(taken: readonly RetrainEvent[], insists = false): Promise<readonly FiringRecord[]> {
    const { store, events, clock } = this.#ports;
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
    if (this.openRun !== before) this.#rounds?.runChanged();
    for (const effect of effects) if (effect.type === 'abort') this.#rounds?.abort(effect.reason, 'operator');
    this.#sleep();
    return records;
  }

  /** Until something is due though nothing happens; `from`: not before, ms since 1970. */
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
      this.#sleep(clock.now() + retryAfter);
    }
  }
}

function finiteOrNull(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}

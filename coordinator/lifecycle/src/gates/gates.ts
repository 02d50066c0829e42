import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { evaluationQueryOf } from '@murmuration/rounds/evaluation/on-devices';
import type { CoordinatorEvents, ExperimentChange } from '@murmuration/rounds/events/events';
import type { Moments } from '@murmuration/rounds/events/moments';
import { commitActs, type OwnAct } from '@murmuration/rounds/events/own-acts';
import {
  gateName,
  type VersionAliases,
  type VersionsInUse,
} from '@murmuration/rounds/promotion/version-aliases';
import type { GateDecision, GateDecisionStore } from '@murmuration/rounds/registry/gate-decisions';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { Task } from '@murmuration/rounds/task/task';
import { judge, type Measurement } from './judge.ts';

/** Ports of `Gates`. */
export interface GatePorts extends Measurement {
  /** Returns a task with its current settings. */
  readonly taskOf: (task: TaskName) => Task | undefined;
  /** Begins a canary of a version that passed, by the task's settings. */
  readonly beginCanary: (task: Task, number: number) => Promise<unknown>;
  /** Returns the name of an experiment that currently splits the task's versions. */
  readonly experimentOf: (task: TaskName) => string | undefined;
  readonly registry: Pick<Registry, 'files'>;
  readonly versionAliases: Pick<VersionAliases, 'of' | 'set' | 'challenge' | 'promote'>;
  readonly decisions: GateDecisionStore;
  readonly moments: Pick<Moments, 'gateDecided'>;
  readonly events: CoordinatorEvents;
}

/** Judgement under way of a task; `again` repeats it. */
interface Looking {
  readonly done: Promise<void>;
  again: boolean;
}

/** Actor of a task's gate in the audit log. */
export const gateActor: OwnAct['actor'] = { id: 'gate', name: gateName };
/** ms after which a gate repeats a failed write. */
const writeRetryMs = 10_000;

/**
 * Serves a new version of a task with a gate only once it has passed. Of several new versions, the newest is
 * judged; a version that was promoted once is not promoted automatically again, and none is while an
 * operator has pinned the champion.
 */
export class Gates {
  readonly #ports: GatePorts;
  readonly #looking = new Map<TaskName, Looking>();
  /** Map from a task to its champion at the last look, and who named it. */
  readonly #champions = new Map<TaskName, string>();
  readonly #stop = new AbortController();
  /** Map from a task to its scheduled look after a failed write. */
  readonly #retries = new Map<TaskName, Cancel>();

  constructor(ports: GatePorts) {
    this.#ports = ports;
  }

  /** Judges the new version. */
  versionStored({ task }: ModelVersion): void {
    this.#look(task);
  }

  /** Decides again if a decision waits for measurements by devices. */
  roundEnded({ task, query }: RoundRecord): void {
    const of = this.#ports.taskOf(task);
    if (query !== undefined && of && evaluationQueryOf(of)?.name === query) this.#look(task);
  }

  /** Records the result of a canary that ended, and looks at the next version. Throws `storage.*`. */
  async experimentChanged({ task, name, outcome, reason }: ExperimentChange): Promise<void> {
    if (outcome === 'running') return;
    if (outcome !== 'promoted') await this.#canaryFailed(task, name, reason ?? outcome);
    this.#look(task);
  }

  /** Judges versions again if another champion was named. */
  aliasesChanged(task: TaskName): void {
    const known = this.#champions.get(task);
    if (known !== undefined && known !== this.#championOf(task)) this.#look(task);
  }

  /**
   * Opens a task before its rounds begin: from then on, its served version is named. Throws `storage.*`;
   * then nothing was changed without an entry in the audit log.
   */
  async open(task: TaskName): Promise<void> {
    const { versionAliases, taskOf } = this.#ports;
    const { champion } = versionAliases.of(task);
    if (!taskOf(task)?.gate) {
      // The task no longer has the gate that named it.
      if (champion.pinned?.setBy === gateName) {
        const acts = [gateGone(task, champion.number)];
        await versionAliases.set(task, 'champion', null, gateName, acts);
      }
      await this.#challenge(task, null);
      return;
    }
    if (!champion.pinned) {
      const acts = [gateCame(task, champion.number)];
      await versionAliases.set(task, 'champion', champion.number, gateName, acts);
    } else await this.#completeDecision(task, champion);
    this.#champions.set(task, this.#championOf(task));
    this.#look(task);
  }

  /** Resolves once no version is being judged. */
  async settled(): Promise<void> {
    while (this.#looking.size > 0) await Promise.all(Array.from(this.#looking.values(), ({ done }) => done));
  }

  /** Stops judging; undecided versions are decided after the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const cancel of this.#retries.values()) cancel();
    await this.settled();
  }

  #look(task: TaskName): void {
    if (!this.#ports.taskOf(task)?.gate || this.#stop.signal.aborted) return;
    const before = this.#looking.get(task);
    if (before) {
      before.again = true;
      return;
    }
    const done = this.#judge(task)
      .catch(error => {
        if (this.#stop.signal.aborted) return;
        this.#ports.events.emit('fault', 'the gate of a task', error);
        if (error instanceof MurmurationError && error.code.startsWith('storage.')) this.#retry(task);
      })
      .finally(() => {
        const again = this.#looking.get(task)?.again;
        this.#looking.delete(task);
        if (again) this.#look(task);
      });
    this.#looking.set(task, { done, again: false });
  }

  #retry(task: TaskName): void {
    const { clock } = this.#ports;
    this.#retries.get(task)?.();
    const again = clock.at(clock.now() + writeRetryMs, () => {
      this.#retries.delete(task);
      this.#look(task);
    });
    this.#retries.set(task, again);
  }

  async #judge(name: TaskName): Promise<void> {
    const { taskOf, registry, versionAliases, decisions } = this.#ports;
    const task = taskOf(name);
    const { champion, newest } = versionAliases.of(name);
    this.#champions.set(name, this.#championOf(name));
    if (task?.gate) await this.#completeDecision(name, champion);
    if (!task?.gate || newest.number === champion.number) return this.#challenge(name, null);
    const known = (await decisions.of(name, [newest.number])).get(newest.number);
    if (known && isFinal(known, champion)) {
      const isOpen = known.outcome === 'passed' && known.promotedAt === null && known.rolledBack === null;
      if (isOpen) await this.#promote(known, champion);
      return;
    }
    await this.#challenge(name, newest.number);
    const decision = await judge(
      {
        task,
        gate: task.gate,
        champion,
        challenger: newest,
        files: ({ model }) => registry.files(model),
      },
      this.#ports,
      this.#stop.signal,
    );
    await commitActs(this.#ports, [decided(decision)], entries => decisions.put(decision, entries));
    this.#ports.moments.gateDecided(decision);
    if (decision.outcome === 'passed') await this.#promote(decision, champion);
    else if (decision.outcome === 'failed') await this.#challenge(name, null);
  }

  /** Promotes a version that passed, unless an operator or an experiment has decided on the champion. */
  async #promote(decision: GateDecision, { number: from }: VersionsInUse['champion']): Promise<void> {
    const { versionAliases, decisions, moments, clock } = this.#ports;
    const { task, number } = decision;
    const experiment = this.#ports.experimentOf(task) ?? (await this.#canary(decision, from));
    const act: OwnAct = {
      actor: gateActor,
      action: 'version.promote',
      subject: `${task}@${number}`,
      changes: [{ field: 'champion', from, to: number }],
    };
    if (experiment === undefined && (await versionAliases.promote(task, number, from, [act]))) {
      const promoted: GateDecision = { ...decision, promotedAt: clock.now(), heldBy: null };
      await decisions.put(promoted);
      moments.gateDecided(promoted);
      return;
    }
    const { champion } = versionAliases.of(task);
    if (champion.number !== from) return this.#look(task);
    const heldBy = experiment === undefined ? champion.heldBy : `the experiment ${experiment}`;
    if (heldBy === decision.heldBy) return;
    const held: GateDecision = { ...decision, heldBy };
    await decisions.put(held);
    moments.gateDecided(held);
  }

  /**
   * Begins the canary of a version and returns its name; undefined if the task has none, or an operator has
   * pinned the champion.
   */
  async #canary({ task: name, number }: GateDecision, from: number): Promise<string | undefined> {
    const { taskOf, versionAliases, beginCanary } = this.#ports;
    const task = taskOf(name);
    const { champion } = versionAliases.of(name);
    if (!task?.promote || champion.number !== from || champion.heldBy !== null) return undefined;
    try {
      await beginCanary(task, number);
    } catch (error) {
      // An operator has pinned a version in the meantime.
      if (error instanceof MurmurationError && error.code === 'round.closed') return undefined;
      throw error;
    }
    return canaryOf(number);
  }

  /** Records that a version's canary failed; it is not promoted automatically any more. */
  async #canaryFailed(task: TaskName, name: string, reason: string): Promise<void> {
    const { decisions, moments, clock } = this.#ports;
    const [, digits] = /^canary-(\d+)$/.exec(name) ?? [];
    const number = Number(digits);
    const known = digits === undefined ? undefined : (await decisions.of(task, [number])).get(number);
    if (!known || known.promotedAt !== null || known.rolledBack !== null) return;
    const failed: GateDecision = { ...known, heldBy: null, rolledBack: { at: clock.now(), reason } };
    await decisions.put(failed);
    moments.gateDecided(failed);
  }

  /**
   * Completes the decision about a champion that a canary named, or that was named just before a process
   * stopped.
   */
  async #completeDecision(task: TaskName, { number, pinned }: VersionsInUse['champion']): Promise<void> {
    const { decisions, moments } = this.#ports;
    const known = (await decisions.of(task, [number])).get(number);
    if (known?.outcome !== 'passed' || known.promotedAt !== null || pinned?.setBy !== gateName) return;
    const promoted: GateDecision = { ...known, promotedAt: pinned.setAt, heldBy: null };
    await decisions.put(promoted);
    moments.gateDecided(promoted);
  }

  async #challenge(task: TaskName, number: number | null): Promise<void> {
    const { versionAliases } = this.#ports;
    const now = versionAliases
      .of(task)
      .aliases.find(({ alias, setBy }) => alias === 'challenger' && setBy === gateName);
    if ((now?.number ?? null) !== number) await versionAliases.challenge(task, number);
  }

  #championOf(task: TaskName): string {
    const { number, pinned } = this.#ports.versionAliases.of(task).champion;
    return `${number} ${pinned?.setBy}`;
  }
}

/** Returns the audit entry of a decision. */
function decided({ task, number, outcome, checks }: GateDecision): OwnAct {
  const changes = checks.map(({ rule, metric, slice, champion, challenger }) => ({
    field: [rule, metric, slice].filter(part => part !== null).join(' '),
    from: champion,
    to: challenger,
  }));
  const action = outcome === 'passed' ? 'gate.pass' : outcome === 'failed' ? 'gate.fail' : 'gate.undecided';
  return { actor: gateActor, action, subject: `${task}@${number}`, changes };
}

/** Returns the audit entry of a task that got a gate: its champion no longer moves automatically. */
const gateCame = (task: TaskName, number: number): OwnAct => ({
  actor: gateActor,
  action: 'version.alias',
  subject: `${task}@${number} champion`,
  changes: [
    { field: 'gate', from: false, to: true },
    { field: 'champion', from: 'latest', to: number },
  ],
});

/** Returns the audit entry of a task that lost its gate: devices follow the newest version. */
const gateGone = (task: TaskName, number: number): OwnAct => ({
  actor: gateActor,
  action: 'version.alias',
  subject: `${task}@latest champion`,
  changes: [
    { field: 'gate', from: true, to: false },
    { field: 'champion', from: number, to: 'latest' },
  ],
});

/** Returns the name of a version's canary. */
export const canaryOf = (number: number): string => `canary-${number}`;

/**
 * True if a decision stands: it was about the same champion, or it failed, or the version was promoted or
 * rolled back.
 */
function isFinal(
  { outcome, against, promotedAt, rolledBack }: GateDecision,
  champion: VersionsInUse['champion'],
): boolean {
  if (outcome === 'undecided') return false;
  return (
    promotedAt !== null || rolledBack !== null || outcome === 'failed' || against.model === champion.model
  );
}

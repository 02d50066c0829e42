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

/** What gates stand on. */
export interface GatePorts extends Measurement {
  /** A task as it is set now. */
  readonly taskOf: (task: TaskName) => Task | undefined;
  /** Begins a canary of a version that passed, as its task says. */
  readonly beginCanary: (task: Task, number: number) => Promise<unknown>;
  /** The name of an experiment that decides who gets which version now. */
  readonly experimentOf: (task: TaskName) => string | undefined;
  readonly registry: Pick<Registry, 'files'>;
  readonly versionAliases: Pick<VersionAliases, 'of' | 'set' | 'challenge' | 'promote'>;
  readonly decisions: GateDecisionStore;
  readonly moments: Pick<Moments, 'gateDecided'>;
  readonly events: CoordinatorEvents;
}

/** The task whose versions are looked at, and whether they are to be once more. */
interface Looking {
  readonly done: Promise<void>;
  again: boolean;
}

/** As the audit log names the gate of a task. */
export const gateActor: OwnAct['actor'] = { id: 'gate', name: gateName };
/** ms after which a gate tries again what could not be stored. */
const retryAfter = 10_000;

/**
 * Lets a new version of a task that has a gate be served only once it has passed. Of several new versions the newest one is judged; a version
 * that was promoted once is not promoted by itself again, and while an operator has pinned the champion, none is.
 */
export class Gates {
  readonly #ports: GatePorts;
  readonly #looking = new Map<TaskName, Looking>();
  /** The champion of each task when it was last looked at, and who named it. */
  readonly #champions = new Map<TaskName, string>();
  readonly #stop = new AbortController();
  /** Tasks that are looked at again, since something could not be stored. */
  readonly #retries = new Map<TaskName, Cancel>();

  constructor(ports: GatePorts) {
    this.#ports = ports;
  }

  /** There is a version to judge. */
  versionStored({ task }: ModelVersion): void {
    this.#look(task);
  }

  /** Decides again where a decision waits for what devices measured. */
  roundEnded({ task, query }: RoundRecord): void {
    const of = this.#ports.taskOf(task);
    if (query !== undefined && of && evaluationQueryOf(of)?.name === query) this.#look(task);
  }

  /** A canary may be over: what it came to counts, and the next version has its turn. Throws `storage.*`. */
  async experimentChanged({ task, name, outcome, reason }: ExperimentChange): Promise<void> {
    if (outcome === 'running') return;
    if (outcome !== 'promoted') await this.#canaryFailed(task, name, reason ?? outcome);
    this.#look(task);
  }

  /** Somebody else may have named the champion: versions are measured against another one. */
  aliasesChanged(task: TaskName): void {
    const known = this.#champions.get(task);
    if (known !== undefined && known !== this.#championOf(task)) this.#look(task);
  }

  /**
   * Takes up a task before its rounds begin: from then on what is served is named. Throws `storage.*`, and then nothing was changed that the audit
   * log does not tell.
   */
  async open(task: TaskName): Promise<void> {
    const { versionAliases, taskOf } = this.#ports;
    const { champion } = versionAliases.of(task);
    if (!taskOf(task)?.gate) {
      // The gate that named it is gone.
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

  /** Settles when no version is being judged. */
  async settled(): Promise<void> {
    while (this.#looking.size > 0) await Promise.all(Array.from(this.#looking.values(), ({ done }) => done));
  }

  /** Judges no further version; what was not decided is decided after the next start. */
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
    const again = clock.at(clock.now() + retryAfter, () => {
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

  /** Unless an operator has the say, or has had it meanwhile. */
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

  /** The name of the canary that decides about a version from now on; undefined where its task asks for none, or an operator has the say. */
  async #canary({ task: name, number }: GateDecision, from: number): Promise<string | undefined> {
    const { taskOf, versionAliases, beginCanary } = this.#ports;
    const task = taskOf(name);
    const { champion } = versionAliases.of(name);
    if (!task?.promote || champion.number !== from || champion.heldBy !== null) return undefined;
    try {
      await beginCanary(task, number);
    } catch (error) {
      // An operator has taken the say meanwhile.
      if (error instanceof MurmurationError && error.code === 'round.closed') return undefined;
      throw error;
    }
    return canaryOf(number);
  }

  /** A version whose canary came to nothing stays what it is, and is not promoted by itself any more. */
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

  /** A canary has named a champion, or a process has ended between naming one and writing down that this decision led to it. */
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

/** What the audit log says of a decision. */
function decided({ task, number, outcome, checks }: GateDecision): OwnAct {
  const changes = checks.map(({ rule, metric, slice, champion, challenger }) => ({
    field: [rule, metric, slice].filter(part => part !== null).join(' '),
    from: champion,
    to: challenger,
  }));
  const action = outcome === 'passed' ? 'gate.pass' : outcome === 'failed' ? 'gate.fail' : 'gate.undecided';
  return { actor: gateActor, action, subject: `${task}@${number}`, changes };
}

/** What the audit log says where a task has got a gate: what devices serve moves no more by itself. */
const gateCame = (task: TaskName, number: number): OwnAct => ({
  actor: gateActor,
  action: 'version.alias',
  subject: `${task}@${number} champion`,
  changes: [
    { field: 'gate', from: false, to: true },
    { field: 'champion', from: 'latest', to: number },
  ],
});

/** What it says where a task has no gate any more: devices follow the newest version. */
const gateGone = (task: TaskName, number: number): OwnAct => ({
  actor: gateActor,
  action: 'version.alias',
  subject: `${task}@latest champion`,
  changes: [
    { field: 'gate', from: true, to: false },
    { field: 'champion', from: number, to: 'latest' },
  ],
});

/** The name of the canary of a version. */
export const canaryOf = (number: number): string => `canary-${number}`;

/** Whether a decision stands: it was made about the same champion, or has led to a promotion. */
function isFinal(
  { outcome, against, promotedAt, rolledBack }: GateDecision,
  champion: VersionsInUse['champion'],
): boolean {
  if (outcome === 'undecided') return false;
  return (
    promotedAt !== null || rolledBack !== null || outcome === 'failed' || against.model === champion.model
  );
}

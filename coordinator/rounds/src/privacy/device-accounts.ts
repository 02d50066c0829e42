import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Task } from '../task/task.ts';
import { DeviceParts } from './device-parts.ts';
import type { BudgetTerms, KeepingParts, OpenBudget, Parts, PartsPlace, PrivacyLedger } from './ledger.ts';

/** Devices that are read from the ledger at once. */
const accountsAtOnce = 5_000;

/** Reason why a device may not take part in the next step yet, with the number of steps until it may. */
export interface OutOf {
  readonly reason: string;
  readonly steps: number;
}

export interface DeviceAccountPorts {
  readonly ledger: Pick<PrivacyLedger, 'budgets' | 'parts'>;
  /** Cryptographic source of the secret of the table. */
  readonly random: RandomBytes;
}

/**
 * Parts of devices in the newest budget of a task for versions, which exclude devices from its next step: of
 * all devices, or of those of one part of its rounds. They are read from the ledger a page at a time; only
 * the parts of own devices are kept. Until everything is read, only devices that were looked up in the ledger
 * may take part (`learn`). Of one part, whose steps other processes take, only the devices excluded from the
 * next step are read: later records of a device replace it as a whole.
 */
export class DeviceAccounts {
  readonly #task: TaskName;
  readonly #ports: DeviceAccountPorts;
  readonly #isOwn: (device: DeviceId) => boolean;
  /** True if they are of one part of the rounds. */
  readonly #areOfPart: boolean;
  /** The budget when all steps that it names had been read; until then, the budget as last known. */
  #budget: OpenBudget | undefined;
  #isRead = false;
  /**
   * Place where reading goes on. Steps are taken one after another, each with all of its parts, and a part of
   * a device moves the device behind all others: nothing new lies before this place.
   */
  #place: PartsPlace | undefined;
  #reading: string | undefined;
  /** Budgets that have come before it. */
  readonly #earlier = new Set<string>();
  /** Parts in the budget; undefined if there are none. */
  #parts: DeviceParts | undefined;
  /** Devices by the step of their last part, of those that may have another one. */
  #lasts: number[] = [];
  /** Devices that were looked up in the ledger, until all of it is read. */
  readonly #learnt = new Set<DeviceId>();
  /** Number of devices that have had all their parts. */
  #spent = 0;
  #out: number | undefined;

  /** Keeps the devices for which `isOwn` is true; all if it is left out. */
  constructor(task: TaskName, ports: DeviceAccountPorts, isOwn?: (device: DeviceId) => boolean) {
    this.#task = task;
    this.#ports = ports;
    this.#isOwn = isOwn ?? (() => true);
    this.#areOfPart = isOwn !== undefined;
  }

  /** Budget of these parts; another object once another step of it is known to be taken. */
  get budget(): OpenBudget | undefined {
    return this.#budget;
  }

  /** True if all parts of own devices are known. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /**
   * Number of own devices that have taken part; in one part of the rounds, of those that were excluded from a
   * step by that when their accounts were read, or since.
   */
  get size(): number {
    return this.#parts?.size ?? 0;
  }

  /** Number of own devices that may not take part in the next step, of those that are known. */
  get out(): number {
    this.#out ??= this.#countOut();
    return this.#out;
  }

  /** Returns why an own device may not take part in the next step; undefined if it may. */
  outOf({ privacy }: Pick<Task, 'privacy'>, device: DeviceId): OutOf | undefined {
    if (!privacy) return undefined;
    if (!this.knows(device))
      return { reason: 'the coordinator reads who has taken part under the privacy budget', steps: 0 };
    const budget = this.#budget;
    const last = budget?.terms && this.#parts?.get(device);
    if (!budget?.terms || !last) return undefined;
    const { separation, participations, rounds } = budget.terms;
    const isSpent = last.parts >= participations;
    const steps = (isSpent ? rounds : last.step + separation) - budget.steps;
    if (steps <= 0) return undefined;
    const reason = isSpent
      ? `the device has taken part ${participations} times, as often as the privacy budget allows`
      : `the privacy budget lets a device take part in one of ${separation} rounds`;
    return { reason, steps };
  }

  /** True if the parts of an own device are known. */
  knows(device: DeviceId): boolean {
    return this.#isRead || this.#learnt.has(device);
  }

  /**
   * Takes the ledger's answer about these devices, with all of their parts in `budget`: they are known until
   * there is notice of another step.
   */
  learn(devices: readonly DeviceId[], parts: ReadonlyMap<DeviceId, Parts>): void {
    const terms = this.#budget?.terms;
    if (this.#isRead || !terms) return;
    for (const device of devices) {
      const last = parts.get(device);
      if (last) this.#set(terms, device, last);
      this.#learnt.add(device);
    }
  }

  /**
   * Notes that other processes have taken the steps of the newest budget: until everything is read, devices
   * that were looked up before are no longer known.
   */
  notice(found: OpenBudget | undefined): void {
    const newest = this.#newest(found);
    if (newest?.id !== this.#reading) this.#forget(newest);
    else if (!this.#isRead && (newest?.steps ?? 0) > (this.#budget?.steps ?? 0)) {
      this.#budget = newest;
      this.#learnt.clear();
      this.#out = undefined;
    }
  }

  /**
   * Reads what was taken of the task's budget since the last read. `plan`, if given, names the step up to
   * which that has to be known; `isWanted` is called after each page, and false ends reading. Resolves with
   * true if all of it was read. Throws `storage.*`; pages read until then are not read again.
   */
  async follow(
    plan?: Pick<PlanPrivacy, 'budget' | 'step'>,
    isWanted: () => boolean = () => true,
  ): Promise<boolean> {
    const known = this.#budget;
    if (this.#isRead && plan && known?.id === plan.budget && known.steps >= plan.step) return true;
    const budgets = await this.#ports.ledger.budgets(this.#task);
    return await this.read(budgets.at(-1), isWanted);
  }

  /**
   * Reads what was taken of the newest budget, at least up to the steps that it names, but at most `pages`
   * pages. Otherwise as `follow`.
   */
  async read(
    found: OpenBudget | undefined,
    isWanted: () => boolean = () => true,
    pages = Number.POSITIVE_INFINITY,
  ): Promise<boolean> {
    const newest = this.#newest(found);
    if (this.#isRead && newest?.id === this.#budget?.id && (newest?.steps ?? 0) <= (this.#budget?.steps ?? 0))
      return true;
    if (newest?.id !== this.#reading) this.#forget(newest);
    const keeping = newest?.terms && this.#areOfPart ? keepingOf(newest.terms, newest.steps) : undefined;
    for (let read = 0; newest?.terms; ) {
      const known = this.#budget;
      const page = await this.#ports.ledger.parts(newest.id, {
        after: this.#place,
        limit: accountsAtOnce,
        keeping,
      });
      if (this.#reading !== newest.id || !isWanted()) return false;
      for (const { device, ...last } of page) if (this.#isOwn(device)) this.#set(newest.terms, device, last);
      this.#place = page.at(-1) ?? this.#place;
      // A step that was taken meanwhile may be behind the last page, with devices that were not yet known
      // then.
      if (page.length < accountsAtOnce && this.#budget === known) break;
      if (++read >= pages) return false;
    }
    // Another look may have read more by now.
    if (newest?.id !== this.#budget?.id || (newest?.steps ?? 0) > (this.#budget?.steps ?? 0))
      this.#budget = newest;
    this.#isRead = true;
    this.#learnt.clear();
    this.#out = undefined;
    return true;
  }

  /**
   * Applies a claim of this process as the ledger has it; changes nothing if the step is already known to be
   * taken, also from the ledger.
   */
  took(id: string, step: number, contributors: readonly DeviceId[]): void {
    const budget = this.#budget;
    if (budget?.id !== id || !budget.terms || step < budget.steps) return;
    for (const device of contributors) {
      // The ledger has devices that are not known, in a page that is not read yet.
      if (!this.#isOwn(device) || !this.knows(device)) continue;
      const last = this.#parts?.get(device);
      this.#set(budget.terms, device, { step, parts: (last?.parts ?? 0) + 1 });
    }
    this.#budget = { ...budget, steps: step + 1 };
    this.#out = undefined;
  }

  #set({ participations }: { readonly participations: number }, device: DeviceId, next: Parts): void {
    const last = this.#parts?.get(device);
    // A page may be read late, when the newer part is already known.
    if (last && last.step >= next.step) return;
    this.#parts ??= new DeviceParts(seedFrom(this.#ports.random));
    this.#parts.set(device, next);
    this.#out = undefined;
    const mayAgain = (parts: Parts) => parts.parts < participations;
    if (last && mayAgain(last)) this.#lasts[last.step]! -= 1;
    if (mayAgain(next)) this.#lasts[next.step] = (this.#lasts[next.step] ?? 0) + 1;
    else if (!last || mayAgain(last)) this.#spent += 1;
  }

  #countOut(): number {
    const { terms, steps = 0 } = this.#budget ?? {};
    if (!terms) return 0;
    let out = steps < terms.rounds ? this.#spent : 0;
    for (let step = Math.max(0, steps - terms.separation + 1); step < this.#lasts.length; step++)
      out += this.#lasts[step] ?? 0;
    return out;
  }

  /**
   * Returns the newest of all budgets that were found: a late answer may name one that another has followed.
   */
  #newest(found: OpenBudget | undefined): OpenBudget | undefined {
    return !found || this.#earlier.has(found.id) ? this.#budget : found;
  }

  #forget(reading: OpenBudget | undefined): void {
    if (this.#reading) this.#earlier.add(this.#reading);
    this.#reading = reading?.id;
    this.#budget = reading;
    this.#isRead = false;
    this.#learnt.clear();
    this.#place = undefined;
    this.#parts = undefined;
    this.#lasts = [];
    this.#spent = 0;
    this.#out = undefined;
  }
}

/** Returns which parts exclude a device from the step after `steps` steps, or a later one. */
function keepingOf({ separation, participations }: BudgetTerms, steps: number): KeepingParts | undefined {
  const since = steps - separation + 1;
  if (since <= 0) return undefined;
  return { since, ...(Math.ceil(steps / separation) >= participations && { parts: participations }) };
}

function seedFrom(random: RandomBytes): number {
  return new DataView(random(4).slice().buffer).getUint32(0);
}

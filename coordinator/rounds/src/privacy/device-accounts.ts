import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Task } from '../task/task.ts';
import { DeviceParts } from './device-parts.ts';
import type { BudgetTerms, KeepingParts, OpenBudget, Parts, PartsPlace, PrivacyLedger } from './ledger.ts';

/** Devices that are read from the ledger at once. */
const pageLength = 5_000;

/** Why a device may not take part in the next step yet, and how many steps off it may. */
export interface OutOf {
  readonly reason: string;
  readonly steps: number;
}

export interface DeviceAccountPorts {
  readonly ledger: Pick<PrivacyLedger, 'budgets' | 'parts'>;
  /** Makes a secret of the table that is kept: cryptographic. */
  readonly random: RandomBytes;
}

/**
 * Who has taken part in the newest budget of a task for versions, and so who may not take part in its next step: of all devices, or of those of
 * one part of its rounds. The ledger has it all; it is read a page at a time, and nothing of it is kept but the parts of own devices. Until all
 * of it was read, no device may take part but those of whom the ledger was asked (`learn`). Of one part, whose steps others take, only those are
 * read whom it keeps from the next step: what comes of a device later is read as a whole.
 */
export class DeviceAccounts {
  readonly #task: TaskName;
  readonly #ports: DeviceAccountPorts;
  readonly #isOwn: (device: DeviceId) => boolean;
  /** Whether they are of one part of the rounds. */
  readonly #areOfPart: boolean;
  /** As it was once all steps that it names had been read; until then, as it is known to be. */
  #budget: OpenBudget | undefined;
  #isRead = false;
  /** Where reading goes on. Steps are taken one after another, each with all of its parts, and a part of a device moves it behind all others: nothing new lies before this place. */
  #place: PartsPlace | undefined;
  #reading: string | undefined;
  /** Budgets that have come before it. */
  readonly #earlier = new Set<string>();
  /** undefined: of nobody. */
  #parts: DeviceParts | undefined;
  /** Devices by the step of their last part, of those that may have another one. */
  #lasts: number[] = [];
  /** Of whom the ledger was asked, until all of it is read. */
  readonly #learnt = new Set<DeviceId>();
  /** Devices that have had all their parts. */
  #spent = 0;
  #out: number | undefined;

  /** `isOwn` tells which devices are kept; all of them where it is left out. */
  constructor(task: TaskName, ports: DeviceAccountPorts, isOwn?: (device: DeviceId) => boolean) {
    this.#task = task;
    this.#ports = ports;
    this.#isOwn = isOwn ?? (() => true);
    this.#areOfPart = isOwn !== undefined;
  }

  /** The budget that these are of; another object once another step of it is known to be taken. */
  get budget(): OpenBudget | undefined {
    return this.#budget;
  }

  /** Whether all parts of it are known, of own devices. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Own devices that have taken part; of one part, those that were kept from a step by that when their accounts were read, or since. */
  get size(): number {
    return this.#parts?.size ?? 0;
  }

  /** Own devices that may not take part in the next step, of those that are known. */
  get out(): number {
    this.#out ??= this.#countOut();
    return this.#out;
  }

  /** Why an own device may not take part in the next step; undefined where it may. */
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

  /** Whether the parts of an own device are known. */
  knows(device: DeviceId): boolean {
    return this.#isRead || this.#learnt.has(device);
  }

  /**
   * What the ledger says of these devices, of all of them the parts that they have had in `budget`: they are known, until there is notice of
   * another step.
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

  /** Others have taken the steps that a budget names, the newest one: as long as not all is read, nobody is known of whom the ledger was asked before. */
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
   * Reads what was taken of the task's budget since it was read here last. `plan`, where it is given, says up to which step that has to be known;
   * `isWanted` is asked after each page whether anybody still wants it. Resolves with whether all of it was read. Throws `storage.*`; what was read
   * until then is not read again.
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

  /** Reads what was taken of a budget, the newest one, at least up to the steps that it names, but so many `pages` at most. Otherwise as `follow`. */
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
        limit: pageLength,
        keeping,
      });
      if (this.#reading !== newest.id || !isWanted()) return false;
      for (const { device, ...last } of page) if (this.#isOwn(device)) this.#set(newest.terms, device, last);
      this.#place = page.at(-1) ?? this.#place;
      // A step that was taken meanwhile may be behind the last page, with devices that were not known when it was.
      if (page.length < pageLength && this.#budget === known) break;
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

  /** What a claim of this process has changed, as the ledger has it; nothing where it is known that the step is taken, be it from the ledger. */
  took(id: string, step: number, contributors: readonly DeviceId[]): void {
    const budget = this.#budget;
    if (budget?.id !== id || !budget.terms || step < budget.steps) return;
    for (const device of contributors) {
      // Of those who are not known, the ledger has it, in a page that is not read yet.
      if (!this.#isOwn(device) || !this.knows(device)) continue;
      const last = this.#parts?.get(device);
      this.#set(budget.terms, device, { step, parts: (last?.parts ?? 0) + 1 });
    }
    this.#budget = { ...budget, steps: step + 1 };
    this.#out = undefined;
  }

  #set({ participations }: { readonly participations: number }, device: DeviceId, next: Parts): void {
    const last = this.#parts?.get(device);
    // Where a page is read late, the newer part is known.
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

  /** The newest of all budgets that were found: an answer that comes late may name one that another has followed. */
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

/** Which parts keep a device from the step after so many, or a later one. */
function keepingOf({ separation, participations }: BudgetTerms, steps: number): KeepingParts | undefined {
  const since = steps - separation + 1;
  if (since <= 0) return undefined;
  return { since, ...(Math.ceil(steps / separation) >= participations && { parts: participations }) };
}

function seedFrom(random: RandomBytes): number {
  return new DataView(random(4).slice().buffer).getUint32(0);
}

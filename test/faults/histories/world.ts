import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Registry } from '@murmuration/rounds/registry/registry';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { seededRandom } from '../../seeded-random.ts';
import {
  type CutOff,
  type MemoryCell,
  MemoryLeases,
} from '../../unit/coordinator/server/cells/memory-leases.ts';
import { Kept } from './kept.ts';
import { Ledger } from './ledger.ts';
import { Life, type Listener } from './life.ts';
import { Lineage } from './lineage.ts';
import type { Setting } from './operations.ts';
import { Phone } from './phone.ts';
import { Replicas } from './replica.ts';
import { layout, taskOf } from './task.ts';

/** ms within which a coordinator has stopped, however slow and broken its storage is. */
const stopLimit = 20_000;
/** ms for which a cell that was replaced, and knows it, is still there. */
const endsWithin = 1_000;
/** ms within which a cell hears that the storage has forgotten it: only then it may lead beside another one. */
const hearsWithin = 10_000;

export function codeOf(error: unknown): string | undefined {
  return error instanceof MurmurationError ? error.code : undefined;
}

/** A coordinator that lives, dies and lives again over what is kept of it; its devices; and the ledger of what they were told. */
export class World implements Listener {
  readonly clock = new VirtualClock();
  readonly ledger: Ledger;
  readonly kept: Kept;
  readonly phones: Phone[] = [];
  readonly task;
  lineage!: Lineage;
  readonly isDurable: boolean;
  crashes = 0;
  /** Devices that were to be revoked at some time, whether or not that became durable; those of whom it was acknowledged. */
  readonly doomed = new Set<DeviceId>();
  readonly revoked = new Set<DeviceId>();
  /** What cells share; undefined where one coordinator has all for itself. */
  readonly leases: MemoryLeases | undefined;
  #mended: (() => void)[] = [];
  /** Coordinators that there are, oldest first. */
  readonly #living: Life[] = [];
  /** By life: it holds from the moment in which it is asked for. */
  readonly #revoking = new WeakMap<Life, Set<DeviceId>>();
  /** Until when a cell may lead beside another one, since it can't have heard yet that its lease is gone. */
  readonly #unaware = new WeakMap<Life, number>();
  readonly #setting: Setting;
  readonly #random;
  #lives = 0;
  readonly #open = new Map<Life, number>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.isDurable = setting.durable;
    this.#random = seededRandom(setting.seed + 1);
    this.task = taskOf(setting);
    this.ledger = new Ledger(setting.durable);
    this.kept = new Kept(this.clock, this.ledger);
    this.kept.died = writer => this.crash(0, writer as Life);
    if (setting.cells) this.leases = new MemoryLeases(this.clock);
    this.ledger.kept = this.kept;
    this.ledger.replicas = new Replicas(this.task, layout, this.clock);
  }

  /** Stores the first version, brings up a coordinator, and enrols devices. */
  async open(devices: number): Promise<void> {
    const { kept, task, clock } = this;
    const registry = new Registry(kept.blobs, kept.history);
    const zeros = { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(layout.count) };
    const model = await storeFirstVersion(task, zeros, registry, kept.history, clock);
    this.lineage = new Lineage(task, layout, kept, this.ledger, model);
    await this.enrol(devices);
    await this.boot();
  }

  async enrol(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const phone = new Phone(this.phones.length, this.#setting.seed, layout);
      this.phones.push(phone);
      const { publicKey } = phone.identity;
      const enrolledAt = this.clock.now();
      const device = { id: phone.id, publicKey, certificate: undefined, enrolledAt, revokedAt: null };
      await this.kept.devices.add(device);
    }
  }

  /** The coordinator that takes requests, or the first that there is: devices stay where they are for as long as they are led. */
  get life(): Life | undefined {
    return this.#living.find(({ isUp }) => isUp) ?? this.#living[0];
  }

  /** Requests without an answer. */
  get waiting(): number {
    return (this.life && this.#open.get(this.life)) ?? 0;
  }

  /** The coordinator that takes requests, if one does. */
  get up(): Life | undefined {
    return this.life?.isUp ? this.life : undefined;
  }

  /** Devices that the coordinator which takes requests was asked to revoke. */
  get revoking(): Set<DeviceId> {
    return (this.life && this.#revoking.get(this.life)) ?? new Set();
  }

  /** A coordinator comes up, unless there is one; of cells, two. */
  async boot(): Promise<void> {
    while (this.#living.length < (this.leases ? 2 : 1)) this.#bootOne();
    await this.clock.advance(0);
  }

  #bootOne(): void {
    const { seed, durable } = this.#setting;
    this.#lives += 1;
    const life = new Life(this.task, this.clock, this.kept, this, seed + 7_919 * this.#lives, durable);
    this.#living.push(life);
    this.#revoking.set(life, new Set());
    life.events.on('round', state => this.ledger.changed(state, life));
    life.events.on('fault', (where, error) => {
      if (!codeOf(error)?.startsWith('storage.')) this.ledger.violate(`a fault while ${where}: ${error}`);
    });
    if (this.leases) this.#share(life, this.leases.cell());
    else this.#start(life);
  }

  #start(life: Life): void {
    void life.start().catch(error => {
      // A process that can't read or write its storage ends; somebody starts it again.
      if (!codeOf(error)?.startsWith('storage.'))
        this.ledger.violate(`the coordinator did not start: ${error}`);
      this.#over(life);
    });
  }

  #share(life: Life, line: MemoryCell): void {
    let isReplaced = false;
    life.share({
      line,
      mended: () => new Promise(resolve => this.#mended.push(resolve)),
      leads: () => this.#requireNoOther(life),
      replaced: () => {
        if (isReplaced || life.isOver) return;
        isReplaced = true;
        life.isUp = false;
        life.letGo();
        // As a process that ends: what it has begun may still come.
        void life.stop('suspend').catch(() => {});
        this.clock.at(this.clock.now() + endsWithin, () => this.#over(life));
      },
    });
  }

  /**
   * One cell leads devices of a task at a time, but where the storage has ended the connection of one by itself, which may not know that yet: also
   * of one that leads again by an answer from before then.
   */
  #requireNoOther(life: Life): void {
    if (this.isUnaware(life)) return;
    if (this.#living.some(other => other !== life && other.isUp && !this.isUnaware(other)))
      this.ledger.violate('two cells lead devices of one task');
  }

  /** Whether the storage has ended its connection, and it may not know that yet: what it takes then is never durable. */
  isUnaware(life: Life): boolean {
    return this.clock.now() <= (this.#unaware.get(life) ?? Number.NEGATIVE_INFINITY);
  }

  /** Nothing that the cell which has the task asks arrives, or no answer, or neither. */
  cutOff(way: CutOff): void {
    this.life?.line?.cutOff(way);
  }

  mend(): void {
    for (const { line } of this.#living) line?.mend();
    for (const resolve of this.#mended.splice(0)) resolve();
  }

  /** The storage forgets for a moment that the cell lives which has the task. */
  loseLease(): void {
    const { life } = this;
    if (!life?.line) return;
    life.line.lose();
    this.#unaware.set(life, this.clock.now() + hearsWithin);
  }

  /** ms that answers about leases take of the cell that has the task; 0: of all. */
  slowLeases(ms: number): void {
    for (const life of this.#living)
      if (life.line && (ms === 0 || life === this.life)) life.line.latency = ms;
  }

  /** A coordinator is gone, the one that takes requests where none is named; of the writes in flight so many are durable. */
  crash(durable: number, life = this.life): void {
    if (!life || life.isOver || !this.isDurable) return;
    this.crashes += 1;
    const arrives = life.line?.asks ?? true;
    this.#over(life);
    this.kept.lose(life, arrives ? durable : 0);
  }

  /** The coordinator ends as at SIGTERM, or with its round where `rounds` end as well. */
  async stop(rounds: 'suspend' | 'stop' = 'suspend'): Promise<void> {
    const life = this.up;
    // What it waits for would not come.
    if (!life || life.isCutOff) return;
    let isDone = false;
    const stopped = life.stop(rounds).then(
      () => {
        isDone = true;
      },
      error => this.ledger.violate(`stopping failed: ${error}`),
    );
    // Requests that are under way are answered, as a server does that closes.
    const open = () => this.#open.get(life) ?? 0;
    const isBusy = () => !isDone || open() > 0;
    for (let spent = 0; isBusy() && !life.isOver && spent <= stopLimit; spent += 100)
      await this.clock.advance(spent === 0 ? 0 : 100);
    if (life.isOver) return;
    if (!isDone) return this.ledger.violate('the coordinator does not stop');
    await stopped;
    life.isStopped = true;
    if (life.clock.pending > 0) this.ledger.violate(`${life.clock.pending} timers are left after the end`);
    if (open() > 0) this.ledger.violate(`${open()} requests have no answer after the end`);
    await this.clock.advance(0);
    this.#over(life);
  }

  /** Cells that have no task end. */
  endIdle(): void {
    for (const life of [...this.#living]) this.#over(life);
  }

  /** A device says hello, unless it has; whether it is let in. */
  async connect(phone: Phone): Promise<boolean> {
    const life = this.up;
    if (!life) return false;
    if (life.isConnected(phone.id)) return true;
    const nonce = this.#random(32);
    const mayNot = this.revoked.has(phone.id) || this.revoking.has(phone.id);
    try {
      await life.connect(phone.hello(nonce), nonce);
    } catch (error) {
      // Or it has just ceased to lead devices.
      if (life.isOver || (!life.isUp && codeOf(error) === 'server.unreachable')) return false;
      if (codeOf(error) !== 'device.revoked' || !this.doomed.has(phone.id))
        this.ledger.violate(`a hello is refused: ${error}`);
      return false;
    }
    if (mayNot) this.ledger.violate('a revoked device is let in');
    return true;
  }

  /** Asks something of a coordinator; no answer comes from one that is gone. */
  request(life: Life, act: () => Promise<unknown>, answered: (error?: unknown) => void): void {
    const count = (change: number) => this.#open.set(life, (this.#open.get(life) ?? 0) + change);
    count(1);
    const answer = (error?: unknown) => {
      if (life.isOver) return;
      count(-1);
      answered(error);
    };
    act().then(
      () => answer(),
      error => answer(error),
    );
  }

  assigned(device: DeviceId, assignment: Assignment): void {
    this.#requireAlive();
    const phone = this.#phone(device);
    const part = this.ledger.assigned(device, assignment);
    phone.part = part;
  }

  fed(device: DeviceId, event: MaskingEvent, input: MaskingInput, by: Life): void {
    this.#requireAlive();
    this.ledger.fed(device, event, input, this.isUnaware(by));
    this.#phone(device).hear(event, input);
  }

  ended(device: DeviceId, end: RoundEnd): void {
    this.#requireAlive();
    this.ledger.ended(device, end);
    const phone = this.#phone(device);
    if (phone.part?.assignment.round === end.round) phone.part = undefined;
  }

  #requireAlive(): void {
    if (this.life?.isStopped) this.ledger.violate('something is sent after the end');
  }

  #phone(device: DeviceId): Phone {
    return this.phones.find(({ id }) => id === device)!;
  }

  #over(life: Life): void {
    life.die();
    const at = this.#living.indexOf(life);
    if (at >= 0) this.#living.splice(at, 1);
    this.#open.delete(life);
  }
}

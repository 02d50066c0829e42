import { Registry } from '@murmuration/coordinator/registry/registry';
import { storeFirstVersion } from '@murmuration/coordinator/rounds/first-version';
import type { MaskingEvent } from '@murmuration/coordinator/rounds/ports';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { seededRandom } from '../../seeded-random.ts';
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
  life: Life | undefined;
  lineage!: Lineage;
  readonly isDurable: boolean;
  crashes = 0;
  /** Devices that were to be revoked at some time, whether or not that became durable; those of whom it was acknowledged. */
  readonly doomed = new Set<DeviceId>();
  readonly revoked = new Set<DeviceId>();
  /** In this life: it holds from the moment in which it is asked for. */
  readonly revoking = new Set<DeviceId>();
  readonly #setting: Setting;
  readonly #random;
  #lives = 0;
  #open = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.isDurable = setting.durable;
    this.#random = seededRandom(setting.seed + 1);
    this.task = taskOf(setting);
    this.ledger = new Ledger(setting.durable);
    this.kept = new Kept(this.clock, this.ledger);
    this.kept.died = () => this.crash(0);
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

  /** Requests without an answer. */
  get waiting(): number {
    return this.#open;
  }

  /** The coordinator that takes requests, if one does. */
  get up(): Life | undefined {
    return this.life?.isUp ? this.life : undefined;
  }

  /** A coordinator comes up, unless there is one. */
  async boot(): Promise<void> {
    if (this.life) return;
    const { seed, durable } = this.#setting;
    this.#lives += 1;
    const life = new Life(this.task, this.clock, this.kept, this, seed + 7_919 * this.#lives, durable);
    this.life = life;
    life.events.on('round', state => this.ledger.changed(state));
    life.events.on('fault', (where, error) => {
      if (!codeOf(error)?.startsWith('storage.')) this.ledger.violate(`a fault while ${where}: ${error}`);
    });
    void life.start().catch(error => {
      // A process that can't read or write its storage ends; somebody starts it again.
      if (!codeOf(error)?.startsWith('storage.'))
        this.ledger.violate(`the coordinator did not start: ${error}`);
      this.#over();
    });
    await this.clock.advance(0);
  }

  /** The coordinator is gone; of the writes in flight so many are durable. */
  crash(durable: number): void {
    if (!this.life || !this.isDurable) return;
    this.crashes += 1;
    this.#over();
    this.kept.lose(durable);
  }

  /** The coordinator ends as at SIGTERM, or with its round where `rounds` end as well. */
  async stop(rounds: 'suspend' | 'stop' = 'suspend'): Promise<void> {
    const life = this.up;
    if (!life) return;
    let isDone = false;
    const stopped = life.rounds[rounds]().then(
      () => {
        isDone = true;
      },
      error => this.ledger.violate(`stopping failed: ${error}`),
    );
    // Requests that are under way are answered, as a server does that closes.
    const isBusy = () => !isDone || this.#open > 0;
    for (let spent = 0; isBusy() && !life.isOver && spent <= stopLimit; spent += 100)
      await this.clock.advance(spent === 0 ? 0 : 100);
    if (life.isOver) return;
    if (!isDone) return this.ledger.violate('the coordinator does not stop');
    await stopped;
    life.isStopped = true;
    if (life.clock.pending > 0) this.ledger.violate(`${life.clock.pending} timers are left after the end`);
    if (this.#open > 0) this.ledger.violate(`${this.#open} requests have no answer after the end`);
    await this.clock.advance(0);
    this.#over();
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
      if (life.isOver) return false;
      if (codeOf(error) !== 'device.revoked' || !this.doomed.has(phone.id))
        this.ledger.violate(`a hello is refused: ${error}`);
      return false;
    }
    if (mayNot) this.ledger.violate('a revoked device is let in');
    return true;
  }

  /** Asks something of a coordinator; no answer comes from one that is gone. */
  request(life: Life, act: () => Promise<unknown>, answered: (error?: unknown) => void): void {
    this.#open += 1;
    const answer = (error?: unknown) => {
      if (life.isOver) return;
      this.#open -= 1;
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

  fed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    this.#requireAlive();
    this.ledger.fed(device, event, input);
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

  #over(): void {
    this.life?.die();
    this.life = undefined;
    this.revoking.clear();
    this.#open = 0;
  }
}

import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';

/** Maximum number of distinct pairs of platform and SDK; devices with others count together. */
const maxCountedClients = 200;

/** Number of devices that run one version of the SDK on one platform. */
export interface Client {
  readonly platform: string;
  readonly sdk: string;
  readonly connected: number;
  /** Number of devices whose last check-in was eligible, for any task. */
  readonly eligible: number;
}

type Counts = { -readonly [Field in keyof Client]: Client[Field] };

/** Devices that are connected now, and those of them that could take part. It only listens. */
export class Presence {
  readonly #devices = new Map<DeviceId, { readonly client: Counts; readonly tasks: Set<TaskName> }>();
  readonly #clients = new Map<string, Counts>();
  readonly #eligible = new Map<TaskName, number>();

  constructor(events: CoordinatorEvents) {
    events.on('connected', (device, platform, sdk) => this.#enter(device, platform, sdk));
    events.on('disconnected', device => this.#leave(device));
    events.on('checked-in', (device, task, _, isEligible) => this.#judge(device, task, isEligible));
  }

  get connected(): number {
    return this.#devices.size;
  }

  /** Number of devices eligible for at least one task. */
  get eligible(): number {
    let sum = 0;
    for (const { eligible } of this.#clients.values()) sum += eligible;
    return sum;
  }

  eligibleFor(task: TaskName): number {
    return this.#eligible.get(task) ?? 0;
  }

  /** Clients, the most connected first. */
  get clients(): readonly Client[] {
    return [...this.#clients.values()]
      .filter(({ connected }) => connected > 0)
      .sort((a, b) => b.connected - a.connected)
      .map(each => ({ ...each }));
  }

  #enter(device: DeviceId, platform: string, sdk: string): void {
    this.#leave(device);
    const client = this.#clientOf(platform, sdk);
    client.connected += 1;
    this.#devices.set(device, { client, tasks: new Set() });
  }

  #leave(device: DeviceId): void {
    const known = this.#devices.get(device);
    if (!known) return;
    this.#devices.delete(device);
    known.client.connected -= 1;
    if (known.tasks.size > 0) known.client.eligible -= 1;
    for (const task of known.tasks) this.#count(task, -1);
  }

  #judge(device: DeviceId, task: TaskName, isEligible: boolean): void {
    const known = this.#devices.get(device);
    if (!known || known.tasks.has(task) === isEligible) return;
    const before = known.tasks.size;
    if (isEligible) known.tasks.add(task);
    else known.tasks.delete(task);
    this.#count(task, isEligible ? 1 : -1);
    known.client.eligible += Math.min(1, known.tasks.size) - Math.min(1, before);
  }

  #count(task: TaskName, change: number): void {
    this.#eligible.set(task, this.eligibleFor(task) + change);
  }

  #clientOf(platform: string, sdk: string): Counts {
    const key = JSON.stringify([platform, sdk]);
    const known = this.#clients.get(key);
    if (known) return known;
    if (this.#clients.size >= maxCountedClients)
      for (const [old, { connected }] of this.#clients) if (connected === 0) this.#clients.delete(old);
    if (this.#clients.size >= maxCountedClients && platform !== 'other') return this.#clientOf('other', '');
    const fresh = { platform, sdk, connected: 0, eligible: 0 };
    this.#clients.set(key, fresh);
    return fresh;
  }
}

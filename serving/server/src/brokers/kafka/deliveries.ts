import type { Admin, Consumer } from 'kafkajs';

interface Ports {
  readonly admin: Pick<Admin, 'fetchOffsets'>;
  readonly consumer: Pick<Consumer, 'commitOffsets'>;
  readonly group: string;
  /** Maximum requests of a partition that are begun together. */
  readonly atOnce: number;
}

const begunPattern = /^begun (\d{1,9})$/;

/**
 * Counts how often any server has begun a request, in the metadata of the group's committed offset. Only
 * requests begun together with the first one of a partition can have crashed a server, so one that is begun
 * again runs on its own, and so do those behind it.
 */
export class Deliveries {
  readonly #ports: Ports;
  /** Offset from which requests are begun together, by partition. */
  readonly #together = new Map<string, bigint>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Forgets what was begun: partitions are reassigned. */
  clear(): void {
    this.#together.clear();
  }

  /**
   * Records that requests of a partition are begun from `offset` on. Returns how often the first one was
   * begun, and how many may begin together.
   */
  async begin(
    topic: string,
    partition: number,
    offset: string,
  ): Promise<{ readonly count: number; readonly most: number }> {
    const { atOnce } = this.#ports;
    const key = `${partition} ${topic}`;
    const together = this.#together.get(key);
    if (together !== undefined && BigInt(offset) >= together) return { count: 1, most: atOnce };
    const before = together === undefined ? await this.#before(topic, partition, offset) : 0;
    const count = before + 1;
    const commit = { topic, partition, offset, metadata: `begun ${count}` };
    await this.#ports.consumer.commitOffsets([commit]);
    if (together === undefined) this.#together.set(key, BigInt(offset) + BigInt(before > 0 ? atOnce : 0));
    return { count, most: before > 0 || together !== undefined ? 1 : atOnce };
  }

  async #before(topic: string, partition: number, offset: string): Promise<number> {
    const { admin, group } = this.#ports;
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const own = found?.partitions.find(each => each.partition === partition);
    if (own?.offset !== offset) return 0;
    return Number(begunPattern.exec(own.metadata ?? '')?.[1] ?? 0);
  }
}

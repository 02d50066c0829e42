import type { Admin, Consumer } from 'kafkajs';

interface Ports {
  readonly admin: Pick<Admin, 'fetchOffsets'>;
  readonly consumer: Pick<Consumer, 'commitOffsets'>;
  readonly group: string;
  /** Requests of a partition that are begun together at most. */
  readonly atOnce: number;
}

const pattern = /^begun (\d{1,9})$/;

/**
 * Counts how often a request was begun, by whichever server: beside the offset that the group has committed. Only what was begun together with
 * the first request of a partition can have ended the server before; so one that is begun again is taken by itself, and so are those behind it.
 */
export class Deliveries {
  readonly #ports: Ports;
  /** By partition: from which offset on requests are begun together. */
  readonly #together = new Map<string, bigint>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Forgets what was begun: partitions come from other servers now. */
  clear(): void {
    this.#together.clear();
  }

  /** Notes that requests of a partition are begun from `offset` on: how often the first was, and how many may be. */
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
    return Number(pattern.exec(own.metadata ?? '')?.[1] ?? 0);
  }
}

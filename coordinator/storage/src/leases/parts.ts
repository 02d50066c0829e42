import { createHmac } from 'node:crypto';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';

/** Name of the lease of a part of a task's rounds; no task has such a name. */
export type PartName = `${TaskName}/${number}`;

/** Name of a lease: a task, for all of its rounds or the lead of them, or one of its parts. */
export type Leased = TaskName | PartName;

/** Returns the lease of a task's part, from 1. */
export const partName = (task: TaskName, part: number): PartName => `${task}/${part}`;

/** Returns the leases of `count` parts. */
export function partNames(task: TaskName, count: number): readonly PartName[] {
  return Array.from({ length: count }, (_, i) => partName(task, i + 1));
}

/** Returns the task of a lease, and the part if it has one. */
export function readLeased(leased: Leased): { readonly task: TaskName; readonly part: number | undefined } {
  const [task = '', part] = leased.split('/');
  return { task: task as TaskName, part: part === undefined ? undefined : Number(part) };
}

/** Returns the most parts of a task that one of `cells` cells takes, so that they are shared evenly. */
export function fairShare(count: number, cells: number): number {
  return Math.ceil(count / Math.max(1, cells));
}

/**
 * Assigns devices to parts by HMAC-SHA256 with the key of tickets. All fronts and cells find the same part,
 * a device is in only one part whichever front it uses, and its part can't be predicted before it has
 * enrolled.
 */
export class PartDeal {
  readonly #key: Uint8Array;

  /** Takes a key of 32 bytes that only fronts and cells know. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Returns the part of a device, from 1 to `count`. */
  of(task: TaskName, device: DeviceId, count: number): number {
    const hash = createHmac('sha256', this.#key).update(`murmuration/part ${task} ${device}`).digest();
    // 48 bits, so that for at most 64 parts the bias is below 2⁻⁴⁰.
    return (hash.readUIntBE(0, 6) % count) + 1;
  }
}

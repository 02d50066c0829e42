import { createHmac } from 'node:crypto';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';

/** One part of the rounds of a task, by which its lease goes: no task has such a name. */
export type PartName = `${TaskName}/${number}`;

/** What a cell takes: a task, that is, all of its rounds or the lead of them, or a part of them. */
export type Leased = TaskName | PartName;

/** The lease of a part, from 1, of a task. */
export const partName = (task: TaskName, part: number): PartName => `${task}/${part}`;

/** The leases of all parts of so many. */
export function partNames(task: TaskName, count: number): readonly PartName[] {
  return Array.from({ length: count }, (_, i) => partName(task, i + 1));
}

/** The task of a lease, and the part where it is one of a part. */
export function readLeased(leased: Leased): { readonly task: TaskName; readonly part: number | undefined } {
  const [task = '', part] = leased.split('/');
  return { task: task as TaskName, part: part === undefined ? undefined : Number(part) };
}

/** Parts of a task that one of so many cells takes at most, so that they share them evenly. */
export function fairShare(count: number, cells: number): number {
  return Math.ceil(count / Math.max(1, cells));
}

/**
 * Deals devices to parts: by HMAC-SHA256 with the key of tickets, so that all fronts and cells come to the same part, a device is in one part
 * only whichever front it comes to, and nobody can tell before it has enrolled which that is.
 */
export class PartDeal {
  readonly #key: Uint8Array;

  /** `key`: 32 bytes that only fronts and cells know. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The part of so many, from 1. */
  of(task: TaskName, device: DeviceId, count: number): number {
    const hash = createHmac('sha256', this.#key).update(`murmuration/part ${task} ${device}`).digest();
    // 48 bits: what is left over by 64 parts at most favours none by more than 2⁻⁴⁰.
    return (hash.readUIntBE(0, 6) % count) + 1;
  }
}

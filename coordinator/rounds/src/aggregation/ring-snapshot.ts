import type { RingVector } from '@murmuration/protocol/secagg/ring-vector';
import { requireLength } from './running-sum.ts';

/** Returns the number of contributors, then the elements: 32 bits each. */
function snapshotOf(contributors: number, elements: Int32Array): Uint8Array {
  const values = new Int32Array(1 + elements.length);
  values[0] = contributors;
  values.set(elements, 1);
  return new Uint8Array(values.buffer);
}

/**
 * Restores the elements of a snapshot; returns the number of contributors. Throws `storage.corrupt` if it has
 * another length.
 */
function restoreElements(snapshot: Uint8Array, elements: Int32Array): number {
  requireLength(snapshot, 4 * (1 + elements.length));
  const values = new Int32Array(new Uint8Array(snapshot).buffer);
  elements.set(values.subarray(1));
  return values[0]!;
}

/** Elements of a sum in a ring, and how many updates or answers it has. */
export abstract class RingElements {
  contributors = 0;
  protected abstract readonly vector: RingVector;

  /** Sum modulo 2^width: higher bits have no meaning. */
  get elements(): Int32Array {
    return this.vector.elements;
  }

  snapshot(): Uint8Array {
    return snapshotOf(this.contributors, this.elements);
  }

  restore(snapshot: Uint8Array): void {
    this.contributors = restoreElements(snapshot, this.elements);
  }

  /** Adds another sum of the same form, of others: the result is the same as if all had been added here. */
  merge({ contributors, elements }: Pick<RingElements, 'contributors' | 'elements'>): void {
    const sum = this.elements;
    // Bits above the ring have no meaning, so the sum may wrap.
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + elements[i]!;
    this.contributors += contributors;
  }

  clear(): void {
    this.contributors = 0;
    this.elements.fill(0);
  }
}

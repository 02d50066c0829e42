import type { RoundCosts } from '@murmuration/client-sdk/session/costs';
import type { PartCosts } from '../run-events/run-event.ts';

const names = ['bytesDown', 'bytesUp', 'seconds', 'memory', 'joules'] as const;

/** Accumulates the costs of devices' parts in rounds; keeps only means and maxima. */
export class DeviceCosts {
  #parts = 0;
  readonly #sums = new Float64Array(names.length);
  readonly #most = new Float64Array(names.length);

  /** Adds the costs of a part, whatever its outcome. */
  add({ bytes, cpuSeconds, memory, estimatedJoules }: RoundCosts): void {
    this.#parts += 1;
    const of = [bytes.model + bytes.heard, bytes.update + bytes.said, cpuSeconds, memory, estimatedJoules];
    for (const [i, value] of of.entries()) {
      this.#sums[i] = this.#sums[i]! + value;
      this.#most[i] = Math.max(this.#most[i]!, value);
    }
  }

  /** Returns the figures; null if no device had a part. */
  figures(): PartCosts | null {
    if (this.#parts === 0) return null;
    const of = (name: (typeof names)[number]) => {
      const i = names.indexOf(name);
      return { mean: this.#sums[i]! / this.#parts, most: this.#most[i]! };
    };
    return {
      parts: this.#parts,
      bytesDown: of('bytesDown'),
      bytesUp: of('bytesUp'),
      seconds: of('seconds'),
      memory: of('memory'),
      joules: of('joules'),
    };
  }
}

import { centre } from '@murmuration/protocol/secagg/ring';
import { meanOfSum, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { drawPlaces, scatter } from '@murmuration/protocol/weights/sparse';
import { describe, expect, it } from 'vitest';
import { layout } from '../../server/federation.ts';
import { endWithoutOne, openMaskedCohort } from './masked-cohort.ts';

describe('masked rounds in which a random mask chooses the values', () => {
  it('UP13: add up the same ones of all, whoever is lost', async () => {
    const cohort = await openMaskedCohort({
      update: { clip: 2, bits: 12, weightCap: 4, compression: { kind: 'randomMask', fraction: 0.5 } },
    });
    const { federation, devices } = cohort;
    const { rounds, registry, task } = federation;
    const { plan, id } = rounds.current!.terms;
    expect(plan.update.compression).toEqual({ kind: 'randomMask', fraction: 0.5, feedback: false });
    const quantization = quantizationFor(2, quantizationOf(plan));
    expect(rounds.current!.updateLength).toBe(48 + Math.ceil((3 * quantization.width) / 8));
    await endWithoutOne(cohort);
    const sum = new Int32Array(3);
    for (const { plain } of devices.slice(1))
      for (const elements of plain.values()) for (const [i, value] of elements.entries()) sum[i]! += value;
    const { delta } = meanOfSum(centre(sum, 32), 5, quantizationOf(plan), quantization, id);
    const { files } = await registry.current(task.name);
    // Half of the values count for all.
    expect(files.weights).toEqual(scatter(delta, drawPlaces(id, layout.count, 2), 4, 2));
    await rounds.stop();
  });
});

import { centre } from '@murmuration/protocol/secagg/ring';
import { meanOfSum, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { drawPlaces, scatter } from '@murmuration/protocol/weights/sparse';
import { describe, expect, it } from 'vitest';
import { layout } from '../federation.ts';
import { openMaskedCohort } from './masked-cohort.ts';

describe('masked rounds in which a random mask chooses the values', () => {
  it.each([true, false])(
    'UP13: add up the same ones of all, whoever is lost (feedback: %s)',
    async feedback => {
      const { federation, devices, phase } = await openMaskedCohort({
        update: {
          clip: 2,
          bits: 12,
          weightCap: 4,
          compression: { kind: 'randomMask', fraction: 0.5, feedback },
        },
      });
      const { rounds, registry, clock, records, task } = federation;
      const { plan, id } = rounds.current!.terms;
      expect(plan.update.compression).toEqual({ kind: 'randomMask', fraction: 0.5, feedback });
      const quantization = quantizationFor(2, quantizationOf(plan));
      expect(rounds.current!.updateLength).toBe(48 + Math.ceil((3 * quantization.width) / 8));
      const [lost, ...others] = devices;
      for (let step = 0; step < 2; step++) {
        for (const device of devices) await device.step();
        await clock.advance(0);
      }
      federation.disconnect(lost!.id);
      for (let step = 0; step < 3; step++) {
        expect(phase()).toBe(['updates', 'agreement', 'unmasking'][step]);
        for (const device of others) await device.step();
        await clock.advance(step === 0 ? 2_000 : 0);
      }
      await expect.poll(() => records.length).toBe(1);
      expect(records[0]).toMatchObject({ outcome: 'published', tally: { accepted: 5 } });
      const sum = new Int32Array(3);
      for (const { plain } of others)
        for (const elements of plain.values()) for (const [i, value] of elements.entries()) sum[i]! += value;
      const { delta } = meanOfSum(centre(sum, 32), 5, quantizationOf(plan), quantization, id);
      const { files } = await registry.current(task.name);
      // Half of the values count for all.
      expect(files.weights).toEqual(scatter(delta, drawPlaces(id, layout.count, 2), 4, feedback ? 1 : 2));
      await rounds.stop();
    },
  );
});

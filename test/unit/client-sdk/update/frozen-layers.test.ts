import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { headerLength } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { splitLayout, takePart } from '@murmuration/protocol/weights/shared-part';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import type { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seededBytes } from '../device.ts';
import { assignmentOf } from '../memory-coordinator.ts';

const devices = 4;
const layers = fc
  .array(
    fc.record({
      isFrozen: fc.boolean(),
      lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .filter(all => all.some(({ isFrozen }) => !isFrozen));

it('UP17: masked uploads add up to the plain sum of the trained part, whichever layers are frozen', () => {
  fc.assert(
    fc.property(layers, fc.integer({ min: 1, max: 1e6 }), (shape, seed) => {
      const whole = layoutOf(
        shape.flatMap(({ lengths }, i) =>
          lengths.map((length, j) => ({ name: `l${i}/w${j}`, shape: [length] })),
        ),
      );
      const frozenLayers = shape.flatMap(({ isFrozen }, i) => (isFrozen ? [`l${i}`] : []));
      const split = splitLayout(whole, [], frozenLayers);
      const assignment = assignmentOf(new VirtualClock(), 'r1', {
        masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3, graph: 'complete' },
        ...(frozenLayers.length > 0 && { frozenLayers }),
      });
      const { plan, round } = assignment;
      // What cancels round the circle of devices stands for the masks of a graph.
      const masks = Array.from({ length: devices }, (_, i) => {
        const bytes = seededBytes(seed + i)(4 * 4 * (split.shared.count + 8));
        return new Int32Array(bytes.slice().buffer);
      });
      const sums = [true, false].map(isMasked => {
        const sum = aggregateFor('sum', plan, whole, round) as RingSum;
        for (let device = 0; device < devices; device++) {
          const [own, next] = [masks[device]!, masks[(device + 1) % devices]!];
          const delta = Float32Array.from(
            { length: whole.count },
            (_, i) => Math.sin(seed + i * (device + 1)) / 9,
          );
          const bytes = prepareUpdate(
            { delta: takePart(delta, split, 'shared'), examples: device + 1, layout: split.shared },
            assignment,
            seededBytes(seed + device),
            elements => {
              if (isMasked)
                for (let i = 0; i < elements.length; i++)
                  elements[i] = (elements[i]! + own[i]! - next[i]!) | 0;
            },
          );
          const { count, width } = sum.form as { count: number; width: number };
          expect(bytes).toHaveLength(headerLength + Math.ceil((count * width) / 8));
          sum.add(bytes);
        }
        return sum.mean();
      });
      expect(sums[0]).toEqual(sums[1]);
      expect(sums[0]!.delta).toHaveLength(split.shared.count);
    }),
    { numRuns: 60 },
  );
});

import type { LoadedModel } from '@murmuration/serving/runtime/runtime';
import { latencyP99 } from '@murmuration/serving/server/latency';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { describe, expect, it } from 'vitest';

const spec = { name: 'x', datatype: 'FP32', shape: [-1, 2] } as const;
const sent = { ...spec, shape: [1, 2], data: Float32Array.of(1, 2) };
const running = () => new AbortController().signal;

/** A model that takes as long as `ms` says for its next run, by a clock that only it moves. */
function slow(ms: (run: number) => number) {
  let now = 0;
  const asked: Float32Array[] = [];
  const model: LoadedModel = {
    inputs: [spec],
    outputs: [spec],
    bytes: 0,
    engine: 'none',
    takesLengths: false,
    async run([input]) {
      now += ms(asked.length);
      asked.push(input!.data as Float32Array);
      return [input!];
    },
    async close() {},
  };
  return { model, asked, turns: { now: () => now } };
}

describe('the latency of a model', () => {
  it('is what 99 of 100 requests take, after the first ones', async () => {
    // The first 20 warm up; of 400 others, five are slower than 9 ms and four may be.
    for (const [slower, expected] of [
      [4, 9],
      [5, 50],
    ] as const) {
      const { model, asked, turns } = slow(run => (run < 20 ? 1_000 : run < 20 + slower ? 50 : 9));
      const warmUp = { name: 'm', recorded: undefined, transformer: undefined };
      expect(await latencyP99(model, warmUp, turns, running())).toBe(expected);
      expect(asked).toHaveLength(420);
      expect(asked.every(data => data.length === 2 && data.every(value => value === 0))).toBe(true);
    }
  });

  it('is that of what clients send, with its way through the transformer', async () => {
    const { model, asked, turns } = slow(() => 3);
    let answers = 0;
    const transformer: Transformer = {
      inputs: [spec],
      outputs: [spec],
      input: ([tensor]) => ({ inputs: [{ ...tensor!, data: Float32Array.of(7, 7) }] }),
      output: outputs => {
        answers += 1;
        return outputs;
      },
    };
    expect(await latencyP99(model, { name: 'm', recorded: [sent], transformer }, turns, running())).toBe(3);
    expect([answers, [...asked[0]!]]).toEqual([420, [7, 7]]);
  });

  it('is not measured of a model that does not answer, or once nobody wants it', async () => {
    const broken = slow(() => {
      throw new Error('no kernel');
    });
    const warmUp = { name: 'm', recorded: undefined, transformer: undefined };
    await expect(latencyP99(broken.model, warmUp, broken.turns, running())).rejects.toMatchObject({
      code: 'model.unusable',
      detail: expect.stringContaining('no kernel'),
    });
    const { model, turns } = slow(() => 1);
    const reason = new Error('Closed.');
    await expect(latencyP99(model, warmUp, turns, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

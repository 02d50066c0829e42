import { flatSettings } from '@murmuration/simulations/report/flat-settings';
import { describe, expect, it } from 'vitest';

describe('settings by their path', () => {
  it('are texts that a person reads', () => {
    const flat = flatSettings({
      seed: 1,
      plan: { learningRate: 0.1, gradientClip: null, privateLayers: [], layers: ['a', 'b'] },
      devices: { speed: [{ share: 1 }], losses: { keys: 0 }, faults: {} },
    });
    expect([...flat]).toEqual([
      ['seed', '1'],
      ['plan.learningRate', '0.1'],
      ['plan.gradientClip', 'none'],
      ['plan.privateLayers', 'none'],
      ['plan.layers', 'a, b'],
      ['devices.speed', '[{"share":1}]'],
      ['devices.losses.keys', '0'],
      ['devices.faults', '{}'],
    ]);
  });
});

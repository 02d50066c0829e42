import { withSettings } from '@murmuration/rounds/task/settings';
import { describe, expect, it } from 'vitest';
import { evaluator, gated } from '../../lifecycle/gated-task.ts';

describe('the gate of a task', () => {
  it('has defaults, and outlives a change of settings', () => {
    const task = gated({ better: 'top1', neverWorse: ['loss'], latencyP99: '20 ms', size: '1.5 KiB' });
    expect(task.gate).toEqual({
      better: 'top1',
      by: 0,
      test: 'bootstrap',
      neverWorse: ['loss'],
      latencyP99: 20,
      size: 1_536,
    });
    expect(withSettings(task, { plan: { epochs: 3 } }, 2).gate).toEqual(task.gate);
    expect(gated(null).gate).toBeNull();
  });

  it.each([
    [{ better: 'accuracy' }, /"accuracy", which nobody measures: .* measures top1, loss\./],
    [{ neverWorse: ['f1'] }, /gate\.neverWorse names the metric "f1"/],
    [{ neverWorse: ['top1 of wide'] }, /slice "wide", which nobody measures.*short, long/],
    [{ better: 'loss' }, /"loss" for each example/],
    [{}, /expected a rule/],
    [{ better: 'top1', size: 'large' }, /expected a size/],
    [{ better: 'top1', latencyP99: 0 }, /more than 0 ms/],
    [{ better: 'top1', test: { confidence: 0.9 } as never }, /gate\.test: this setting was removed/],
    [{ better: 'top1', test: 'sign' as never }, /gate\.test: expected one of "bootstrap"/],
  ])('is refused where it is %j', (gate, message) => {
    expect(() => gated(gate)).toThrow(message);
  });

  it('is refused where the evaluation promises nothing, or there is none', () => {
    const { evaluate, close } = evaluator;
    for (const evaluation of [null, { evaluate, close }])
      expect(() => gated({ better: 'top1' }, { evaluation })).toThrow(/measures nothing/);
    const own = { ...evaluator, slices: undefined };
    const over = { better: 'top1', test: 'slices' } as const;
    expect(() => gated(over, { evaluation: own })).toThrow(/has 0: .* 6 or more/);
    expect(() => gated(over)).toThrow(/has 2: .* 6 or more/);
    expect(() => gated({ neverWorse: ['top1 of *'] }, { evaluation: own })).toThrow(/\*/);
    const plan = { learningRate: 1, privateLayers: ['dense'] };
    expect(() => gated({ latencyP99: 20 }, { plan })).toThrow(/privateLayers/);
  });
});

import { type Arm, gainOf, standingOf } from '@murmuration/dashboard/experiments/standing';
import { describe, expect, it } from 'vitest';

/** An arm that differs from the control by an effect. */
function arm(name: string, best: number | null, effect?: number, isDecided = false): Arm {
  return {
    name,
    version: 1,
    share: 0.5,
    units: 100,
    outcomes: 100,
    requests: 100,
    failures: 0,
    accuracy: 0.5,
    latency: 1,
    value: { mean: 0.5, interval: [0.4, 0.6] },
    agreed: null,
    dropped: 0,
    answers: null,
    best,
    loss: best === null ? null : 0.01,
    difference:
      effect === undefined
        ? null
        : {
            effect,
            interval: [effect - 0.1, effect + 0.1],
            p: 0.5,
            isDecided,
            fixed: null,
            unadjusted: null,
          },
  };
}

const control = arm('control', 0.2);

describe('who leads in an experiment', () => {
  it('is nobody as long as nothing is decided, but somebody is likelier', () => {
    const near = arm('near', 0.8, 0.05);
    const { winner, likeliest, isKnown } = standingOf({ arms: [control, near], metric: 'accuracy' });
    expect({ winner, likeliest, isKnown }).toEqual({ winner: undefined, likeliest: near, isKnown: true });
  });

  it('is the arm that is decidedly better by most, in the direction of the metric', () => {
    const arms = [
      control,
      arm('up', 0.3, 0.2, true),
      arm('more', 0.4, 0.3, true),
      arm('down', 0, -0.4, true),
    ];
    expect(standingOf({ arms, metric: 'accuracy' }).winner?.name).toBe('more');
    expect(standingOf({ arms, metric: 'error' }).winner?.name).toBe('down');
  });

  it('is the control once every other arm is decidedly worse, and no sooner', () => {
    const worse = arm('worse', 0, -0.3, true);
    const unsure = arm('unsure', 0.1, -0.3);
    expect(standingOf({ arms: [control, worse], metric: 'accuracy' }).winner).toBe(control);
    expect(standingOf({ arms: [control, worse, unsure], metric: 'accuracy' }).winner).toBeUndefined();
  });

  it('is not known while nothing is compared', () => {
    const { winner, likeliest, isKnown } = standingOf({
      arms: [arm('control', null), arm('new', null)],
      metric: 'latency',
    });
    expect({ winner, likeliest, isKnown }).toEqual({
      winner: undefined,
      likeliest: undefined,
      isKnown: false,
    });
  });

  it.each([
    ['accuracy', 0.2],
    ['error', -0.2],
    ['failures', -0.2],
    ['latency', -0.2],
  ] as const)('gains of more %s: %d', (metric, gain) => {
    expect(gainOf(arm('new', 0.5, 0.2), metric)).toBe(gain);
  });
});

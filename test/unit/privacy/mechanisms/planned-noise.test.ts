import { answerNoise, answerShape } from '@murmuration/privacy/mechanisms/answer-noise';
import { honestIn, noiseShape, plannedNoise } from '@murmuration/privacy/mechanisms/planned-noise';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { longestRotated, quantizationFor } from '@murmuration/protocol/weights/quantize';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

const masking = { threat: 'malicious', corrupt: 0.1, dropping: 0.1, graph: 'complete' } as const;
const update = { kind: 'ring', clip: 2, bits: 10, weighting: 'uniform', weightCap: 1 } as const;
const plan = { update, masking, largestCohort: 50 };
const noise = { kind: 'skellam', variance: 90, quorum: 30, values: 64, width: 20 } as const;

describe('the devices whose noise counts', () => {
  it.each([
    [30, 0.1, 25],
    [6, 0.1, 1],
    [30, 0, 29],
  ])('of %d, with the share %d corrupt of fifty, are %d', (quorum, corrupt, honest) => {
    expect(honestIn(quorum, { masking: { ...masking, corrupt }, largestCohort: 50 })).toBe(honest);
  });

  it.each([4, 5])('are none of %d: five may leave theirs out', quorum => {
    expect(codeOf(() => honestIn(quorum, plan))).toBe('config.invalid');
    expect(() => honestIn(quorum, plan)).toThrow(
      `A sum of ${quorum} updates has no certain noise: 5 of 50 devices may leave theirs out. It takes 6 updates at least.`,
    );
  });

  it('are none without masks', () => {
    const bare = { ...plan, masking: null };
    expect(codeOf(() => plannedNoise(bare, noise))).toBe('config.invalid');
    expect(() => honestIn(30, bare)).toThrow(
      'Noise by devices takes masks: without them each update is seen with no more than the noise of one device.',
    );
  });
});

it('an update has the noise of its plan, in units of the ring', () => {
  const { step } = quantizationFor(64, { clip: 2, bits: 10, weightCap: 1, largestCohort: 50 });
  const shape = { kind: 'skellam', quorum: 25, clip: longestRotated(2) / step, values: 64 };
  expect(noiseShape(plan, noise)).toEqual(shape);
  expect(plannedNoise(plan, noise)).toEqual({ ...shape, perDevice: 90 });
});

it('an answer has the noise of its plan, and is whole', () => {
  const bins = { edges: [0, 1, 2, 3] };
  const query = defineQuery({ name: 'asked', kind: 'histogram', bins, values: 3, threshold: 3, period: 0 });
  const shape = {
    kind: 'skellam',
    quorum: 25,
    clip: 3,
    values: answerShape(plan, query, noise).values,
    whole: true,
  };
  expect(shape.values).toBeGreaterThan(3);
  expect(answerShape(plan, query, noise)).toEqual(shape);
  expect(answerNoise(plan, query, noise)).toEqual({ ...shape, perDevice: 90 });
});

import {
  type Assumptions,
  checkParameters,
  findParameters,
  type GraphParameters,
} from '@murmuration/protocol/secagg/parameters';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

// google-parfait/federated-compute@de83f70, fcp/secagg/server/graph_parameter_finder_test.cc: clients, adversarial rate,
// dropout rate, degree, greatest threshold; CURIOUS_SERVER and SEMI_MALICIOUS_SERVER, security 40, correctness 20.
const curious: [number, number, number, number, number][] = [
  [10, 0.05, 0.05, 2, 2],
  [10, 0.33, 0.05, 4, 4],
  [100, 0.05, 0.05, 12, 6],
  [100, 0.33, 0.33, 68, 34],
  [1000, 0.05, 0.33, 72, 24],
  [1000, 0.33, 0.05, 78, 60],
  [1000, 0.33, 0.33, 286, 150],
  [1000, 0.45, 0.45, 822, 417],
  [10_000, 0.05, 0.33, 86, 29],
  [10_000, 0.33, 0.33, 422, 221],
  [10_000, 0.45, 0.45, 3494, 1771],
  [100_000, 0.45, 0.45, 5508, 2788],
  [1_000_000, 0.05, 0.05, 38, 22],
  [1_000_000, 0.05, 0.33, 102, 34],
  [1_000_000, 0.33, 0.33, 518, 270],
  [1_000_000, 0.45, 0.45, 6240, 3156],
];
const semiMalicious: [number, number, number, number, number][] = [
  [10, 0.05, 0.05, 2, 2],
  [10, 0.33, 0.05, 4, 4],
  [100, 0.05, 0.05, 16, 11],
  [100, 0.3, 0.3, 92, 62],
  [1000, 0.05, 0.05, 52, 37],
  [1000, 0.05, 0.33, 398, 223],
  [10_000, 0.05, 0.33, 746, 420],
  [10_000, 0.3, 0.3, 4822, 3230],
  [10_000, 0.33, 0.05, 178, 146],
  [100_000, 0.05, 0.05, 68, 48],
  [1_000_000, 0.05, 0.05, 74, 52],
  [1_000_000, 0.05, 0.33, 970, 545],
  [1_000_000, 0.3, 0.3, 11136, 7454],
];

describe('SA5: the finder gives the published degrees, and thresholds no greater', () => {
  test.each([
    ...curious.map(row => ['honest-but-curious', ...row] as const),
    ...semiMalicious.map(row => ['semi-malicious', ...row] as const),
  ])('%s, %i clients, %f corrupt, %f lost', (threat, devices, corrupt, dropping, degree, threshold) => {
    const found = findParameters(devices, { threat, corrupt, dropping }, 'harary');
    expect(found.neighbours).toBe(degree);
    expect(found.threshold).toBeLessThanOrEqual(threshold);
    expect(found.threshold).toBeGreaterThanOrEqual(2);
  });
});

describe('SA5: the finder', () => {
  const usual = { corrupt: 0.05, dropping: 0.1 };

  test.each([
    ['semi-malicious', 1000, 78, 52],
    ['malicious', 1000, 94, 65],
  ] as const)('%s, %i devices, 5 % corrupt, 10 % lost', (threat, devices, neighbours, threshold) => {
    expect(findParameters(devices, { threat, ...usual })).toEqual({
      graph: 'harary',
      devices,
      neighbours,
      threshold,
    });
  });

  test.each([
    [3, 3],
    [4, 3],
    [5, 4],
    [10, 7],
    [40, 27],
    [49, 33],
  ])('gives %i devices the complete graph with threshold %i', (devices, threshold) => {
    expect(findParameters(devices, { threat: 'malicious', ...usual })).toEqual({
      graph: 'complete',
      devices,
      neighbours: devices - 1,
      threshold,
    });
  });

  test('draws a sparse graph from 50 devices on, and a complete one of 1,000 when asked', () => {
    expect(findParameters(50, { threat: 'malicious', ...usual }).graph).toBe('harary');
    expect(findParameters(1000, { threat: 'malicious', ...usual }, 'complete')).toMatchObject({
      graph: 'complete',
      threshold: 667,
    });
  });

  test('falls back to the complete graph where no sparse one will do', () => {
    const found = findParameters(50, { threat: 'malicious', corrupt: 0.32, dropping: 0.32 });
    expect(found).toEqual({ graph: 'complete', devices: 50, neighbours: 49, threshold: 34 });
  });

  test('assumes one corrupt device in a complete graph, and more where there are more', () => {
    const threshold = (corrupt: number) =>
      findParameters(40, { threat: 'malicious', corrupt, dropping: 0 }).threshold;
    expect([threshold(0), threshold(0.3), threshold(0.5), threshold(0.9)]).toEqual([27, 27, 31, 39]);
  });

  test.each([
    [40, { threat: 'malicious', corrupt: 0.05, dropping: 0.4 }, /takes 27 shares, but 24 devices remain/],
    [
      1000,
      { threat: 'semi-malicious', corrupt: 0.3, dropping: 0.4 },
      /takes 667 shares, but 600 devices remain/,
    ],
    [2, { threat: 'malicious', corrupt: 0, dropping: 0 }, /between 3 and 1000000 devices, not 2/],
    [2.5, { threat: 'malicious', corrupt: 0, dropping: 0 }, /not 2\.5/],
    [100, { threat: 'malicious', corrupt: 1, dropping: 0 }, /"corrupt" is at least 0 and below 1, not 1/],
    [100, { threat: 'malicious', corrupt: 0, dropping: Number.NaN }, /"dropping".*NaN/],
    [100, { threat: 'friendly' as 'malicious', corrupt: 0, dropping: 0 }, /no threat model "friendly"/],
  ] as [number, Assumptions, RegExp][])(
    'says why there is none: %i devices, %o',
    (devices, assumptions, reason) => {
      expect(() => findParameters(devices, assumptions)).toThrow(reason);
      expect(() => findParameters(devices, assumptions)).toThrow('[secagg.parameters]');
    },
  );

  test('says why there is no Harary graph where one was asked for', () => {
    expect(() =>
      findParameters(50, { threat: 'malicious', corrupt: 0.32, dropping: 0.32 }, 'harary'),
    ).toThrow(
      'No Harary graph on 50 devices is safe against a malicious coordinator with 32 % of the devices corrupt and 32 % lost.',
    );
  });
});

/** C(n, k). */
function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let value = 1n;
  for (let i = 1; i <= k; i++) value = (value * BigInt(n - k + i)) / BigInt(i);
  return value;
}

/** Whether more than `count` of `drawn` devices are among the `marked` of `n` with a chance below 2^−bits / n: exact. */
function rarelyMore(n: number, marked: number, drawn: number, count: number, bits: number): boolean {
  let ways = 0n;
  for (let x = count + 1; x <= drawn; x++) ways += choose(marked, x) * choose(n - marked, drawn - x);
  return ways * BigInt(n) * 2n ** BigInt(bits) < choose(n, drawn);
}

test('SA5: what is found keeps to the chances, by exact arithmetic, and one share less does not', () => {
  const threats = ['honest-but-curious', 'semi-malicious', 'malicious'] as const;
  fc.assert(
    fc.property(
      fc.integer({ min: 50, max: 300 }),
      fc.constantFrom(...threats),
      fc.integer({ min: 0, max: 15 }),
      fc.integer({ min: 0, max: 15 }),
      (devices, threat, corruptPercent, lostPercent) => {
        const assumptions = { threat, corrupt: corruptPercent / 100, dropping: lostPercent / 100 };
        const { graph, neighbours, threshold } = findParameters(devices, assumptions);
        fc.pre(graph === 'harary');
        const corrupt = Math.floor((corruptPercent * devices) / 100);
        const lost = Math.floor((lostPercent * devices) / 100);
        const bits = threat === 'malicious' ? 81 : 41;
        // The most corrupt neighbours at which the secrets hold, with this threshold and with one less.
        const withstands = (t: number) => (threat === 'honest-but-curious' ? t - 1 : 2 * t - neighbours - 1);
        expect(rarelyMore(devices, corrupt, neighbours, withstands(threshold), bits)).toBe(true);
        if (threshold > 2)
          expect(rarelyMore(devices, corrupt, neighbours, withstands(threshold - 1), bits)).toBe(false);
        expect(rarelyMore(devices, lost, neighbours, neighbours - threshold, 20)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

describe('SA5: a device checks what it is told', () => {
  const assumptions: Assumptions = { threat: 'malicious', corrupt: 0.05, dropping: 0.1 };
  const told = (change: Partial<GraphParameters>) => () =>
    checkParameters(
      { graph: 'harary', devices: 1000, neighbours: 94, threshold: 65, ...change },
      assumptions,
    );

  test('what the finder gives, and a greater threshold, are accepted', () => {
    expect(told({})).not.toThrow();
    expect(told({ threshold: 66 })).not.toThrow();
    expect(told({ graph: 'complete', neighbours: 999, threshold: 667 })).not.toThrow();
  });

  test.each([
    [{ threshold: 64 }],
    [{ neighbours: 4, threshold: 4 }],
    [{ neighbours: 93 }],
    [{ neighbours: 1000 }],
    [{ graph: 'complete', neighbours: 999, threshold: 666 }],
    [{ graph: 'complete', neighbours: 94, threshold: 667 }],
    [{ devices: 2, neighbours: 1 }],
  ] as [Partial<GraphParameters>][])('%o is refused', change => {
    expect(told(change)).toThrow('[secagg.parameters]');
  });
});

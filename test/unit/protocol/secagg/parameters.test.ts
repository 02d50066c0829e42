import type { Assumptions } from '@murmuration/protocol/secagg/assumptions';
import {
  checkParameters,
  fewestInAnySum,
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

describe('SA5: the finder gives the published degrees against a curious coordinator, and thresholds no greater', () => {
  test.each(curious)('%i clients, %f corrupt, %f lost', (devices, corrupt, dropping, degree, threshold) => {
    const found = findParameters(devices, { threat: 'honest-but-curious', corrupt, dropping }, 'harary');
    expect(found.neighbours).toBe(degree);
    expect(found.threshold).toBeLessThanOrEqual(threshold);
    expect(found.threshold).toBeGreaterThanOrEqual(2);
  });
});

// Theirs is 2t > k + c alone, which lets a coordinator that lies cut a group off on both sides of a ring.
test('SA5: against one that lies, degrees and thresholds are no smaller than the published ones', () => {
  for (const [devices, corrupt, dropping, degree] of semiMalicious) {
    if (devices > 10_000) continue;
    const found = findParameters(devices, { threat: 'semi-malicious', corrupt, dropping }, 'harary');
    expect(found.neighbours).toBeGreaterThanOrEqual(degree);
  }
});

// Computed by whoever designed the inequalities, in exact integers: devices, corrupt, lost, threat, k, t, and the fewest honest
// devices in any sum that opens.
const designed: [number, number, number, Assumptions['threat'], number, number, number | undefined][] = [
  [100, 0.05, 0.1, 'honest-but-curious', 16, 6, undefined],
  [100, 0.05, 0.1, 'semi-malicious', 26, 16, 12],
  [100, 0.05, 0.1, 'malicious', 26, 16, 12],
  [1000, 0.05, 0.1, 'honest-but-curious', 36, 19, undefined],
  [1000, 0.05, 0.1, 'semi-malicious', 80, 54, 335],
  [1000, 0.05, 0.1, 'malicious', 96, 67, 290],
  [10_000, 0.05, 0.1, 'honest-but-curious', 42, 22, undefined],
  [10_000, 0.05, 0.1, 'semi-malicious', 102, 69, 3980],
  [10_000, 0.05, 0.1, 'malicious', 126, 88, 4039],
  [1000, 0.05, 0.3, 'honest-but-curious', 66, 23, undefined],
  [1000, 0.05, 0.3, 'semi-malicious', 320, 183, 141],
  [1000, 0.05, 0.3, 'malicious', 336, 194, 145],
  [1000, 0.2, 0.1, 'honest-but-curious', 68, 44, undefined],
  [1000, 0.2, 0.1, 'semi-malicious', 146, 109, 130],
  [1000, 0.2, 0.1, 'malicious', 182, 140, 82],
];

test.each(designed)(
  'SA5: %i devices, %f corrupt, %f lost, %s',
  (devices, corrupt, dropping, threat, neighbours, threshold, inAnySum) => {
    const assumptions = { threat, corrupt, dropping };
    const found = findParameters(devices, assumptions, 'harary');
    expect(found).toEqual({ graph: 'harary', devices, neighbours, threshold });
    expect(fewestInAnySum(found, assumptions)).toBe(inAnySum);
  },
);

test.each([
  [60, 46],
  [94, 66],
  [96, 67],
  [100, 69],
  [128, 85],
])(
  'SA5: a device among 1,000 with %i neighbours takes a threshold of %i, and no less',
  (neighbours, least) => {
    const told = (threshold: number) => () =>
      checkParameters(
        { graph: 'harary', devices: 1000, neighbours, threshold },
        { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
      );
    expect(told(least)).not.toThrow();
    expect(told(least - 1)).toThrow('[secagg.parameters]');
  },
);

describe('SA5: against a curious coordinator, gaps of k / 2 lost or corrupt devices in a row', () => {
  /** n (n − k − 1) / 2 · bad! (n − k)! / (n! (bad − k)!), in whole numbers, times 2⁴¹; below 1 where it is small enough. */
  const gaps = (devices: number, bad: number, neighbours: number): number => {
    let [above, below] = [BigInt(devices * (devices - neighbours - 1)), 2n];
    for (let i = 0; i < neighbours; i++) {
      above *= BigInt(bad - i);
      below *= BigInt(devices - i);
    }
    return Number(((above << 41n) * 1_000_000n) / below) / 1e6;
  };

  test.each([
    [1000, 0.3],
    [10_000, 0.3],
    [1000, 0.5],
    [200, 0.2],
  ])(
    'are as rare as 2⁻⁴¹, with no more neighbours than that takes: %i devices, %f lost',
    (devices, dropping) => {
      const assumptions = { threat: 'honest-but-curious', corrupt: 0, dropping } as const;
      const found = findParameters(devices, assumptions, 'harary');
      const bad = Math.ceil(devices * dropping);
      expect(gaps(devices, bad, found.neighbours)).toBeLessThan(1);
      expect(gaps(devices, bad, found.neighbours - 2)).toBeGreaterThanOrEqual(1);
      const fewer = { ...found, neighbours: found.neighbours - 2 };
      expect(() => checkParameters(fewer, assumptions)).toThrow('[secagg.parameters]');
    },
  );
});

describe('SA5: the finder', () => {
  const usual = { corrupt: 0.05, dropping: 0.1 };

  test.each([
    ['semi-malicious', 1000, 80, 54],
    ['malicious', 1000, 96, 67],
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
    [128, 86],
  ])('gives %i devices the complete graph with threshold %i', (devices, threshold) => {
    expect(findParameters(devices, { threat: 'malicious', ...usual })).toEqual({
      graph: 'complete',
      devices,
      neighbours: devices - 1,
      threshold,
    });
  });

  test('draws a sparse graph above 128 devices, or 49 against a curious coordinator, and a complete one of 1,000 when asked', () => {
    expect(findParameters(129, { threat: 'malicious', ...usual }).graph).toBe('harary');
    expect(findParameters(50, { threat: 'honest-but-curious', ...usual }).graph).toBe('harary');
    expect(findParameters(1000, { threat: 'malicious', ...usual }, 'complete')).toMatchObject({
      graph: 'complete',
      threshold: 667,
    });
  });

  test('draws a sparse graph against a curious coordinator as if a tenth were lost, as devices check it', () => {
    for (let devices = 50; devices <= 1000; devices += 50) {
      const found = findParameters(devices, { threat: 'honest-but-curious', corrupt: 0.05, dropping: 0.05 });
      expect(() =>
        checkParameters(found, { threat: 'honest-but-curious', corrupt: 0.05, dropping: 0.1 }),
      ).not.toThrow();
    }
  });

  test('falls back to the complete graph where no sparse one will do', () => {
    const found = findParameters(129, { threat: 'malicious', corrupt: 0.33, dropping: 0.33 });
    expect(found).toEqual({ graph: 'complete', devices: 129, neighbours: 128, threshold: 87 });
  });

  test('lets no sum of fewer than 16 be opened by a sparse graph, unless one is asked for', () => {
    for (let devices = 129; devices <= 300; devices++) {
      const assumptions = { threat: 'malicious', ...usual } as const;
      expect(fewestInAnySum(findParameters(devices, assumptions), assumptions)).toBeGreaterThanOrEqual(16);
    }
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

/** The ways to mark `marked` of `n` devices so that more than `count` are among `drawn` given ones. */
function waysToMore(n: number, marked: number, drawn: number, count: number): bigint {
  let ways = 0n;
  for (let x = count + 1; x <= drawn; x++) ways += choose(drawn, x) * choose(n - drawn, marked - x);
  return ways;
}

/** Whether more than `count` of the `drawn` devices beside any of `n` are among the `marked` with a chance below 2^−bits: exact. */
const rarelyMore = (n: number, marked: number, drawn: number, count: number, bits: number): boolean =>
  waysToMore(n, marked, drawn, count) * BigInt(n) * 2n ** BigInt(bits) < choose(n, marked);

/** Whether two disjoint windows of `window` places hold more than `count` marked devices each with a chance below 2^−bits: exact. */
function rarelyTwo(n: number, marked: number, window: number, count: number, bits: number): boolean {
  let ways = 0n;
  for (let i = count + 1; i <= window; i++)
    ways += choose(window, i) * waysToMore(n - window, marked - i, window, count);
  return ((ways * BigInt(n * (n - 1))) / 2n) * 2n ** BigInt(bits) < choose(n, marked);
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
        const corrupt =
          threat === 'honest-but-curious'
            ? Math.floor((corruptPercent * devices) / 100)
            : Math.max(1, Math.ceil((corruptPercent * devices) / 100));
        const lost = Math.floor((lostPercent * devices) / 100);
        const bits = threat === 'malicious' ? 81 : 41;
        // The most corrupt neighbours, and in a window, at which the secrets hold with a threshold.
        const holds = (t: number) =>
          threat === 'honest-but-curious'
            ? rarelyMore(devices, corrupt, neighbours, t - 1, bits)
            : rarelyMore(devices, corrupt, neighbours, 2 * t - neighbours - 1, bits) &&
              rarelyTwo(devices, corrupt, neighbours / 2, t - neighbours / 2 - 1, bits);
        expect(holds(threshold)).toBe(true);
        if (threshold > 2) expect(holds(threshold - 1)).toBe(false);
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
      { graph: 'harary', devices: 1000, neighbours: 96, threshold: 67, ...change },
      assumptions,
    );

  test('what the finder gives, and a greater threshold, are accepted', () => {
    expect(told({})).not.toThrow();
    expect(told({ threshold: 68 })).not.toThrow();
    expect(told({ graph: 'complete', neighbours: 999, threshold: 667 })).not.toThrow();
  });

  test.each([
    [
      { threshold: 66 },
      'No harary graph on 1000 devices with 96 neighbours and threshold 66 is safe against',
    ],
    [
      { neighbours: 4, threshold: 4 },
      'No harary graph on 1000 devices with 4 neighbours and threshold 4 is safe against',
    ],
    [{ neighbours: 95 }, 'No harary graph on 1000 devices has 95 neighbours each. [secagg.parameters]'],
    [{ neighbours: 1000 }, 'No harary graph on 1000 devices has 1000 neighbours each. [secagg.parameters]'],
    [
      { graph: 'complete', neighbours: 999, threshold: 666 },
      'No complete graph on 1000 devices with 999 neighbours and threshold 666 is safe against a malicious coordinator with 5 % of the devices corrupt and 10 % lost. [secagg.parameters]',
    ],
    [
      { graph: 'complete', neighbours: 94, threshold: 667 },
      'No complete graph on 1000 devices has 94 neighbours each. [secagg.parameters]',
    ],
    [
      { devices: 2, neighbours: 1 },
      'Masking takes between 3 and 1000000 devices, not 2. [secagg.parameters]',
    ],
  ] as [Partial<GraphParameters>, string][])('%o is refused', (change, why) => {
    expect(told(change)).toThrow(why);
  });
});

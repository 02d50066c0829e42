import { run } from '@murmuration/studies/robustness/robustness';
import { ruleNames, ruleOf } from '@murmuration/studies/robustness/rules';
import { describe, expect, it } from 'vitest';

interface Outcome {
  readonly attackers: number;
  readonly accuracy: number;
  readonly backdoor: number;
  readonly held: boolean;
}
type Outcomes = Readonly<Record<string, Readonly<Record<string, Outcome>>>>;

describe('the study of robustness', () => {
  it('tells rules of no more attackers than they can withstand', () => {
    for (const name of ruleNames)
      for (const count of [4, 7, 16, 128]) {
        const rule = ruleOf(name, count, 0.35);
        if (count >= 7) expect(rule.fewest ?? 1).toBeLessThanOrEqual(count);
      }
  });

  it('shows in small what it shows in full: groups hold where one masked sum falls', async () => {
    const lines: string[] = [];
    const { figures, table } = await run({
      seed: 1,
      log: line => lines.push(line),
      settings: {
        devices: 64,
        groups: 16,
        examples: 40,
        rounds: 3,
        hidden: 16,
        shares: [0.3],
        rules: ['mean', 'trimmedMean'],
        heldOut: 400,
      },
    });
    const { plain, unmasked, groups } = figures as unknown as Record<
      'plain' | 'unmasked' | 'groups',
      Outcomes
    >;
    expect(figures).toMatchObject({ meanFalls: true, groupsHold: true, groupSize: 4 });
    const clean = figures.cleanAccuracy as number;
    // Better than chance by far, so that there is something to lose.
    expect(clean).toBeGreaterThan(0.35);
    expect(plain.mean!.eighth).toMatchObject({ attackers: 2, held: false });
    expect(plain.mean!.eighth!.accuracy).toBeLessThanOrEqual(0.7 * clean);
    expect(groups.trimmedMean!.eighth!.accuracy).toBeGreaterThanOrEqual(0.95 * clean);
    expect(groups.mean!.eighth!.accuracy).toBeLessThan(groups.trimmedMean!.eighth!.accuracy);
    // Attackers in nearly every group leave nothing to go by, and single updates do.
    expect(groups.trimmedMean!['0.3']).toMatchObject({ attackers: 19, held: false });
    expect(unmasked.trimmedMean!['0.3']!.accuracy).toBeGreaterThan(groups.trimmedMean!['0.3']!.accuracy);
    expect(table).toHaveLength(1 + 1 + 2 + 2);
    expect(lines).toHaveLength(5 * 3);
  });
});

import { compareVisitor } from '@murmuration/demo/demonstration/compare-visitor';
import { parseOptions } from '@murmuration/demo/demonstration/start-options';
import { expect, it, vi } from 'vitest';

it('takes means over three seeds of the same rounds with a visitor and without', async () => {
  const asked: string[] = [];
  const said: string[] = [];
  const run = async (options: readonly string[]) => {
    asked.push(options.join(' '));
    const isWith = options.includes('with');
    const top1 = Number(options[1]) + (isWith ? 0.5 : 0);
    return `some words\n${JSON.stringify({ top1, top3: 2 * top1, failedRounds: 0, visitorUpdates: isWith ? 4 : 0, other: 1 })}\n`;
  };
  expect(await compareVisitor(5, run, line => said.push(line))).toEqual({
    top1: 6.5,
    top3: 13,
    withoutVisitor: { top1: 6, top3: 12 },
    seeds: [5, 6, 7],
    visitorUpdates: 12,
    failedRounds: 0,
  });
  expect(asked).toEqual(
    [5, 6, 7].flatMap(seed => [`--seed ${seed} --compared without`, `--seed ${seed} --compared with`]),
  );
  expect(said.at(-1)).toBe('Seed 7, with a visitor: run 6 of 6');
});

it('refuses too few rounds for a visitor, and a storage', () => {
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(text => said.push(String(text)) > 0);
  vi.spyOn(process, 'exit').mockImplementation(code => {
    throw new Error(`ended with ${code}`);
  });
  try {
    expect(() => parseOptions(['--visitor', '--rounds', '9'], 280)).toThrow('ended with 1');
    expect(() => parseOptions(['--visitor', '--storage', './state'], 280)).toThrow('ended with 1');
  } finally {
    vi.restoreAllMocks();
  }
  expect(said.join('')).toContain('a visitor comes in round 10; raise --rounds');
  expect(said.join('')).toContain('leave --storage out');
  expect(parseOptions(['--visitor', '--rounds', '30', '--exit', '--json'], 280).visitor).toBe(true);
});

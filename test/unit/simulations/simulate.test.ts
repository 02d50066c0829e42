import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function simulate(...args: string[]) {
  const command = [...process.execArgv, 'simulations/src/simulate.ts', ...args];
  return spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
}

describe('npm run simulate', () => {
  it('lists what there is, a line each', () => {
    const { status, stdout } = simulate('--list');
    expect(status).toBe(0);
    for (const name of ['clusters', 'leak-audit', 'keyboard', 'hybrid'])
      expect(stdout).toMatch(new RegExp(`^${name} {2,}\\S.*$`, 'm'));
  });

  it.each([
    ['no name', [], 'leak-audit'],
    ['a name misspelt', ['leak-audti'], 'Did you mean "leak-audit"?'],
    ['an option that is not there', ['leak-audit', '--fast'], "unknown option '--fast'"],
    ['a seed that is no number', ['leak-audit', '--seed', 'one'], 'Give a whole number'],
    ['a setting misspelt', ['clusters', '--set', 'plan.epoch=1'], 'Did you mean "plan.epochs"?'],
    ['an option of runs for a study', ['hybrid', '--seeds', '2'], 'has no --seeds'],
    ['a name too many', ['leak-audit', 'again'], 'too many arguments'],
  ])('ends with 2 on %s, and says what is wrong', (_, args, sentence) => {
    const { status, stdout, stderr } = simulate(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
  });
});

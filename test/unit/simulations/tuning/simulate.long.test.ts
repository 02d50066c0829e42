import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

function simulate(...args: string[]) {
  const command = [...process.execArgv, 'simulations/tuning/src/simulate.ts', ...args];
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
    ['the name of no run', ['compare', 'no', 'nor', '--in', 'docs'], 'docs has no run of the name "no"'],
    ['a name too many', ['leak-audit', 'again'], 'too many arguments'],
  ])('ends with 2 on %s, and says what is wrong', (_, args, sentence) => {
    const { status, stdout, stderr } = simulate(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
  });

  it('ends with 1 where every round failed, and says so in the table, in JSON and in the report', () => {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-simulate-'));
    const losses = 'devices.losses={"keys":0,"shares":0,"updates":1,"agreement":0,"unmasking":0}';
    const asked = ['clusters', '--set', losses, '--set', 'stop.rounds=1', '--workers', '1', '--seed', '1'];
    const named = ['--name', 'all silent', '--notes', 'Nobody answers.', '--report', folder];
    const { status, stdout, stderr } = simulate(...asked, ...named, '--sweep', 'plan.epochs=2');
    expect(status, stderr).toBe(1);
    expect(stderr).toMatch(/The only round failed/);
    expect(stdout).toMatch(/failed +The only round failed/);
    const [run] = readdirSync(folder);
    expect(run).toMatch(/^clusters-all-silent-plan\.epochs=2-seed1-/);
    const page = readFileSync(join(folder, run!, 'index.html'), 'utf8');
    for (const text of [
      'Failed</span> The only round failed',
      'all silent, plan.epochs=2',
      'Nobody answers.',
    ])
      expect(page).toContain(text);
    const json = simulate(...asked, '--json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ outcome: 'failed' });
    rmSync(folder, { recursive: true });
  });

  it('runs a scenario from a folder outside of the checkout, where nothing is installed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-outside-'));
    const source = readFileSync(join(root, 'simulations/tuning/src/scenarios/clusters.ts'), 'utf8');
    const scenario = join(folder, 'mine.scenario.ts');
    writeFileSync(
      scenario,
      source
        .replaceAll(/'\.\.\/(scenario|spaces)\/([\w-]+)\.ts'/g, "'@murmuration/simulations/$1/$2'")
        .replace("name: 'clusters'", "name: 'mine'"),
    );
    const { status, stdout, stderr } = simulate(
      ...[scenario, '--set', 'stop.rounds=1', '--workers', '1', '--seed', '1', '--json'],
    );
    rmSync(folder, { recursive: true });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'mine' });
  });
});

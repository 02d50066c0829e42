import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completeSettings, settingAt } from '@murmuration/simulations/scenario/complete-settings';
import { gridOf } from '@murmuration/simulations/spaces/grid';
import { readSpace } from '@murmuration/simulations/spaces/space';
import { searchedScenario } from '@murmuration/tuning/command/catalogue';
import { requirePaths } from '@murmuration/tuning/tuning/fixed-paths';
import { trainingSeed } from '@murmuration/tuning/tuning/search';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const scenario = 'test/unit/simulations/tuning/tuning/watched-scenario.ts';
const folder = mkdtempSync(join(tmpdir(), 'murmuration-tune-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tune(...args: string[]) {
  const command = [...process.execArgv, 'simulations/tuning/src/simulate.ts', 'tune', ...args];
  return spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
}

const json = join(folder, 'space.json');
writeFileSync(
  json,
  JSON.stringify({
    settings: {
      'plan.learningRate': { logUniform: [0.01, 1] },
      model: { oneOf: [{ hidden: 4 }, { hidden: 8 }] },
    },
    trials: 4,
    eta: 2,
    leaders: 2,
    finals: 1,
  }),
);

describe('npm run simulate -- tune', () => {
  it('goes on after a kill -9 in the midst of a training, to the same findings and report', () => {
    const notes = join(folder, 'notes');
    const asked = (state: string, space: string) =>
      [
        scenario,
        '--space',
        space,
        '--set',
        `data.notes=${notes}`,
        '--state',
        join(folder, state),
        '--workers',
        '1',
        '--json',
      ] as const;
    // The same space as a module.
    const module = join(folder, 'space.ts');
    writeFileSync(
      module,
      `import { defineSpace, logUniform, oneOf } from '@murmuration/simulations/space';
export default defineSpace({
  settings: { 'plan.learningRate': logUniform(0.01, 1), model: oneOf({ hidden: 4 }, { hidden: 8 }) },
  trials: 4, eta: 2, leaders: 2, finals: 1,
});\n`,
    );
    const undisturbed = tune(...asked('whole', module));
    expect(undisturbed.status, undisturbed.stderr).toBe(0);
    // In the second repeats of the leaders.
    writeFileSync(`${notes}.kill`, String(trainingSeed(1, 2)));
    const killed = tune(...asked('killed', json));
    expect(killed.signal).toBe('SIGKILL');
    const lines = () => readFileSync(join(folder, 'killed', 'tune.jsonl'), 'utf8').split('\n').length - 1;
    const before = lines();
    expect(before).toBeGreaterThan(7);
    const resumed = tune(...asked('killed', json));
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(lines()).toBeGreaterThan(before);
    const found = ({ stdout }: { stdout: string }) => ({
      ...JSON.parse(stdout.trim().split('\n').at(-1)!),
      seconds: 0,
    });
    expect(found(resumed)).toEqual(found(undisturbed));
    expect(readdirSync(join(folder, 'killed')).toSorted()).toEqual([
      'index.html',
      'tune.json',
      'tune.jsonl',
      'tune.lock',
    ]);
    const page = (state: string) => readFileSync(join(folder, state, 'index.html'), 'utf8');
    expect(page('killed')).toBe(page('whole'));
    expect(resumed.stderr).toContain('The report is');
    // The command that it gives runs, and comes to the same on held-out data.
    const { command, heldOut } = found(resumed);
    expect(command).toMatch(`npm run simulate -- ${scenario} --set `);
    const simulate = [process.execPath, ...process.execArgv, 'simulations/tuning/src/simulate.ts'].join(' ');
    const again = spawnSync(`${command.replace('npm run simulate --', simulate)} --json`, {
      cwd: root,
      encoding: 'utf8',
      shell: true,
    });
    expect(again.status, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout.trim().split('\n').at(-1)!).accuracy).toBe(heldOut.mean);
  });

  // biome-ignore format: one a line
  it.each([
    ['a study', ['leak-audit'], 'has no settings to search; there are clusters,'],
    ['no space', [scenario], 'says nothing of what to search; give a file with --space'],
    ['a file that there is not', ['clusters', '--space', 'none.json'], 'There is no file'],
    ['a file of something else', ['clusters', '--space', 'README.md'], 'is neither JSON nor a module'],
    ['JSON that is none', ['clusters', '--space', join(folder, 'broken.json')], "can't be read"],
    ['a seed that is none', ['clusters', '--seed', '9001'], 'Give a whole number from 0 to 9000'],
  ])('ends with 2 on %s', (_, args, sentence) => {
    writeFileSync(join(folder, 'broken.json'), '{');
    const { status, stdout, stderr } = tune(...args);
    expect(stderr).toContain(sentence);
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('the default space', () => {
  it.each(['clusters', 'mnist', 'keyboard'])(
    'of %s has settings that its scenario takes, at every end',
    async name => {
      const { scenario, called } = await searchedScenario(name);
      const space = readSpace(scenario.space, `The space of ${name}`);
      // What the report's command is told is found again.
      expect((await searchedScenario(called)).scenario).toBe(scenario);
      requirePaths(scenario, space, []);
      for (const { settings } of gridOf(space, 2))
        completeSettings(scenario, ...settings.map(({ path, value }) => settingAt(path, value)));
    },
  );
});

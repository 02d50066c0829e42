import { spawnSync } from 'node:child_process';
import { completionScript } from '@murmuration/cli/commands/completion';
import { murmuration } from '@murmuration/cli/program';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';

const script = completionScript(await murmuration(), 'bash');

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const program = `${script}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_murmuration
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', program, 'bash', 'murmuration', ...words], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter(word => word !== '');
}

function paths(command: Command, above = ''): string[] {
  const path = `${above} ${command.name()}`.trim();
  return [path, ...command.commands.flatMap(child => paths(child as Command, path))];
}

describe('completion', () => {
  it('offers commands, what is below them, and the options of the one that is meant', () => {
    expect(offered('ro')).toEqual(['rounds']);
    expect(offered('models', '')).toEqual(expect.arrayContaining(['list', 'export', '--url', '--limit']));
    expect(offered('models', 'export', '--')).toEqual(expect.arrayContaining(['--url', '--json', '--help']));
  });

  it('offers the values of an option or argument that has few, and files where it can be anything', () => {
    expect(offered('tokens', 'create', '--role', '')).toEqual(['viewer', 'operator', 'admin']);
    expect(offered('tokens', 'create', '-r', 'v')).toEqual(['viewer']);
    expect(offered('completion', 'z')).toEqual(['zsh']);
    expect(offered('serve', '--config', '')).toEqual([]);
    expect(script).toContain('complete -o default');
  });

  it.each(['bash', 'zsh', 'fish'] as const)('knows every command in %s', async shell => {
    const made = completionScript(await murmuration(), shell);
    for (const path of paths(await murmuration())) expect(made).toContain(path);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../docs/documents.ts';

const unit = `${root}deploy/systemd/murmuration.service`;
const compose = readFileSync(`${root}deploy/compose/compose.yaml`, 'utf8');
const group = `/sys/fs/cgroup/memory/murmuration-${process.pid}`;
const canAnalyse = spawnSync('systemd-analyze', ['--version']).status === 0;
const canLimit = withGroup(() => true) ?? false;

/** Does something while there is a control group for memory, with 2 GiB; undefined where none can be made. */
function withGroup<Value>(work: () => Value): Value | undefined {
  try {
    mkdirSync(group);
  } catch {
    return undefined;
  }
  try {
    writeFileSync(`${group}/memory.limit_in_bytes`, String(2 ** 31));
    return work();
  } finally {
    rmdirSync(group);
  }
}

describe('a coordinator that is deployed', () => {
  it('is bounded in memory, by systemd and in a container', () => {
    expect(readFileSync(unit, 'utf8')).toMatch(/^MemoryMax=2G$/m);
    expect(parse(compose)['x-murmuration'].mem_limit).toBe('2g');
  });

  it.skipIf(!canLimit)('keeps its heap to half of that by itself', () => {
    const script = `echo $$ > ${group}/cgroup.procs && exec "${process.execPath}" --print 'v8.getHeapStatistics().heap_size_limit'`;
    const { stdout } = withGroup(() => spawnSync('sh', ['-c', script], { env: {}, encoding: 'utf8' }))!;
    expect(Number(stdout)).toBeGreaterThan(2 ** 29);
    expect(Number(stdout)).toBeLessThan(1.1 * 2 ** 30);
  });

  it.skipIf(!canAnalyse)('may do little under systemd: an exposure of 1.5 of 10 at most', () => {
    const { status, stdout } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=yes', '--threshold=15', unit],
      { encoding: 'utf8' },
    );
    expect(status, stdout).toBe(0);
  });
});

import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { sourceOptions } from '../../../../scripts/prepare.mjs';

it('a coordinator on SQLite loads no client of PostgreSQL, no pool of threads and no compilers of JSON Schema', () => {
  const program = `
    import { mkdtemp, rm } from 'node:fs/promises';
    import { createRequire } from 'node:module';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    import { createCoordinator } from '@murmuration/coordinator/assembly/main';
    import { parseConfig } from '@murmuration/coordinator/assembly/config';
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
    const config = parseConfig({ port: 0, storage: folder, openEnrolment: true, log: 'error' });
    const coordinator = await createCoordinator(config, []);
    await coordinator.start();
    await coordinator.stop();
    await rm(folder, { recursive: true });
    const { cache } = createRequire(process.cwd() + '/');
    const names = Object.keys(cache).map(path => path.split('node_modules/').at(-1).replace(/^((@[^/]+[/])?[^/]+).*/, '$1'));
    console.log(JSON.stringify([...new Set(names)]));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...sourceOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  const loaded: string[] = JSON.parse(stdout || JSON.stringify([stderr]));
  expect(loaded).toContain('fastify');
  expect(loaded).toContain('@tensorflow/tfjs-core');
  for (const name of ['pg', 'piscina', 'ajv', '@fastify/ajv-compiler']) expect(loaded).not.toContain(name);
});

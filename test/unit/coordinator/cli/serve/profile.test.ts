import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf, type Profile, profiled } from '@murmuration/cli/serve/profile';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { expect, it } from 'vitest';
import { sourceOptions } from '../../../../../scripts/prepare.mjs';
import { printedNumber } from './printed-number.ts';

it('the small profile reads few uploads at a time, and leaves lower limits as they are', () => {
  const config = parseConfig({ openEnrolment: true });
  expect(profiled(config, 'standard')).toBe(config);
  const small = profiled(config, 'small');
  expect(small).toEqual({ ...config, limits: { ...config.limits, uploads: 24, uploadBytes: 2 << 20 } });
  const lower = parseConfig({ openEnrolment: true, limits: { uploadBytes: 1_000 } });
  expect(profiled(lower, 'small').limits).toMatchObject({ uploads: 1, uploadBytes: 1_000 });
});

it('the small profile does not let the space of young objects grow as the standard one does', () => {
  /** Bytes of that space in a process that has made 30 MB of objects, a third of which stay. */
  const youngBytes = (profile: Profile): number => {
    const program = `
      import { getHeapSpaceStatistics } from 'node:v8';
      import { applyProfile } from '@murmuration/cli/serve/profile';
      applyProfile('${profile}');
      const kept = [];
      for (let i = 0; i < 300_000; i++) {
        const made = { at: [i, i + 1, i + 2, i + 3] };
        if (i % 3 === 0) kept.push(made);
      }
      const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      console.log(kept.length > 0 && space_size);`;
    return printedNumber(program);
  };
  // By turns of its threads V8 adds a few pages that it does not count: what differs is the growth, from 2 MB to 16 or 32.
  expect(youngBytes('small')).toBeLessThan(youngBytes('standard') / 3);
});

it('the small profile asks V8 for nothing that it does not know', () => {
  const program = "import { applyProfile } from '@murmuration/cli/serve/profile'; applyProfile('small');";
  const { status, stderr } = spawnSync(
    process.execPath,
    [...sourceOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
});

it('the small profile takes masks off in the thread that answers requests', () => {
  expect([environmentOf('small'), environmentOf('standard')]).toEqual([{ threads: 0 }, {}]);
});

// Node 20 has TurboFan in memory in any case, for JavaScript, and knows no such limit on wrappers.
it.skipIf(Number.parseInt(process.versions.v8, 10) < 12)(
  'the small profile compiles WebAssembly, and what calls it, once only',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-'));
    const compiled = (profile: Profile) => {
      const program = `
      import { applyProfile, endLoading } from '@murmuration/cli/serve/profile';
      import { native } from '@murmuration/protocol/primitives/node';
      import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
      applyProfile('${profile}');
      endLoading('${profile}');
      const masks = { keys: new Uint8Array(32 * 4_000), signs: new Int8Array(4_000).fill(1) };
      for (let i = 0; i < 4; i++) applyMasks(native, new Int32Array(8_192), masks, 32);`;
      const log = join(folder, `${profile}.log`);
      spawnSync(
        process.execPath,
        [
          '--log-code',
          '--no-logfile-per-isolate',
          `--logfile=${log}`,
          ...sourceOptions,
          '--input-type=module',
          '--eval',
          program,
        ],
        { stdio: 'inherit' },
      );
      const kinds = {
        first: /wasm-function\[\d+\],[^,]*,$/,
        again: /wasm-function\[\d+\],[^,]*,\*$/,
        wrapper: /,js-to-wasm:/,
      };
      const lines = readFileSync(log, 'utf8').split('\n');
      return Object.entries(kinds).flatMap(([name, kind]) =>
        lines.some(line => kind.test(line)) ? [name] : [],
      );
    };
    try {
      expect(compiled('standard')).toEqual(['first', 'again', 'wrapper']);
      expect(compiled('small')).toEqual(['first']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

it('V8 optimises nothing while a process of the small profile loads, and after that what is very hot', () => {
  const program = (profile: Profile) => `
    import { applyProfile, endLoading } from '@murmuration/cli/serve/profile';
    let sum = 0;
    const loads = by => { for (let i = 0; i < 20; i++) sum = (sum + by) % 1_000; };
    // Counted since before the profile, as what loads modules.
    for (let i = 0; i < 20; i++) loads(i);
    applyProfile('${profile}');
    for (let i = 0; i < 60_000; i++) loads(i);
    endLoading('${profile}');
    console.log('loaded');
    const values = new Float64Array(1_000);
    const veryHot = by => { for (let i = 0; i < values.length; i++) values[i] = values[i] * 0.5 + by; };
    for (let i = 0; i < 400_000; i++) veryHot(i);`;
  /** Whether V8 has found worth optimising what has loaded modules, while it did, and what computes, after that. */
  const optimised = (profile: Profile) => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--trace-opt', ...sourceOptions, '--input-type=module', '--eval', program(profile)],
      { encoding: 'utf8', maxBuffer: 64 << 20 },
    );
    const [loading = '', after = ''] = stdout.split('loaded\n');
    expect(after, stderr).not.toBe('');
    return {
      loading: /marking \S+ <JSFunction loads .*(TURBOFAN|MAGLEV)/.test(loading),
      after: /JSFunction veryHot .*(TURBOFAN|MAGLEV)/.test(after),
    };
  };
  expect(optimised('standard')).toEqual({ loading: true, after: true });
  expect(optimised('small')).toEqual({ loading: false, after: true });
});

it('a process has its profile before it loads most of its code', () => {
  const program = `
    import { Session } from 'node:inspector';
    import { murmuration } from '@murmuration/cli/program';
    await murmuration('serve');
    const session = new Session();
    session.connect();
    const loaded = [];
    session.on('Debugger.scriptParsed', ({ params }) => loaded.push(params.url));
    session.post('Debugger.enable');
    console.log(JSON.stringify(loaded.filter(url => url.startsWith('file:'))));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...sourceOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  expect(stdout, stderr).not.toBe('');
  const loaded: string[] = JSON.parse(stdout);
  expect(loaded.some(url => url.includes('/commander/'))).toBe(true);
  for (const name of ['zod', 'fastify', 'kysely'])
    expect(loaded.filter(url => url.includes(`/node_modules/${name}/`))).toEqual([]);
  for (const name of ['engine', 'serving', 'privacy'])
    expect(loaded.filter(url => url.includes(`/${name}/src/`))).toEqual([]);
});

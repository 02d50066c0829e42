import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtAs, differing, madeFiles } from '../../scripts/kernels/modules.mjs';
import { provideKernels } from '../../scripts/kernels/provide.mjs';
import { libraryFiles } from '../../scripts/kernels/tensorflow.mjs';

/** Stands for the compilers: writes what the kernels are, and counts how often. */
const compiler = `
  import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
  import { dirname, join } from 'node:path';
  const [into, ...targets] = process.argv.slice(2);
  const kernels = readFileSync('engine/assembly/index.ts');
  if (String(kernels) === 'wrong') process.exit(1);
  const library = ${JSON.stringify(libraryFiles.slice(1))};
  for (const file of [
    ...targets,
    ...(String(targets).includes('fused/binary') ? ['engine/src/kernels.wasm'] : []),
    ...(String(targets).includes('tensorflow') ? library : []),
  ]) {
    appendFileSync('compiled', file + '\\n');
    mkdirSync(dirname(join(into, file)), { recursive: true });
    writeFileSync(join(into, file), kernels);
  }`;

let root: string;
const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const lock = (version: string) =>
  JSON.stringify({
    packages: { 'node_modules/assemblyscript': { version }, 'node_modules/zod': { version: '4' } },
  });
/** How many files were compiled, all in all. */
const compiled = () => (existsSync(join(root, 'compiled')) ? read('compiled').trim().split('\n').length : 0);
const all = madeFiles.length;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'murmuration-provided-'));
  write('package-lock.json', lock('1'));
  write('scripts/kernels.mjs', compiler);
  write('scripts/kernels/compile.mjs', '');
  write('engine/assembly/index.ts', 'one');
  write('protocol/assembly/sums.ts', '');
  for (const file of madeFiles) mkdirSync(dirname(join(root, file)), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the modules that are made of the kernels', () => {
  it('are made once, by one of several commands, and left as they are from then on', async () => {
    expect(await Promise.all([provideKernels(root), provideKernels(root)])).toEqual([undefined, undefined]);
    expect(madeFiles.map(read)).toEqual(madeFiles.map(() => 'one'));
    const files = () => madeFiles.map(file => statSync(join(root, file)).ino);
    const before = files();
    expect(await provideKernels(root)).toBeUndefined();
    expect(files()).toEqual(before);
    expect(compiled()).toBe(all);
  });

  it('are made again where a kernel, a compiler or its version has changed, and kept for the way back', async () => {
    await provideKernels(root);
    write('engine/assembly/index.ts', 'two');
    await provideKernels(root);
    expect([read('engine/src/fused/binary.js'), compiled()]).toEqual(['two', 2 * all]);
    write('engine/assembly/index.ts', 'one');
    await provideKernels(root);
    expect([read('engine/src/fused/binary.js'), compiled()]).toEqual(['one', 2 * all]);

    write('scripts/kernels/compile.mjs', '// changed');
    await provideKernels(root);
    write('package-lock.json', lock('2'));
    await provideKernels(root);
    appendFileSync(join(root, 'scripts/kernels.mjs'), '\n');
    await provideKernels(root);
    expect(compiled()).toBe(5 * all);
    write('package-lock.json', lock('2').replace('"4"', '"5"'));
    await provideKernels(root);
    expect(compiled()).toBe(5 * all);
  });

  it('are put right from what was kept, where they are missing or were changed', async () => {
    await provideKernels(root);
    write('engine/src/fused/binary.js', 'half');
    rmSync(join(root, 'engine/src/kernels.wasm'));
    await provideKernels(root);
    expect(madeFiles.map(read)).toEqual(madeFiles.map(() => 'one'));
    expect(compiled()).toBe(all);
  });

  it('stay as they are where the kernels can not be compiled', async () => {
    await provideKernels(root);
    write('engine/assembly/index.ts', 'wrong');
    expect(await provideKernels(root)).toMatch(/^The kernels could not be compiled/);
    expect(read('engine/src/fused/binary.js')).toBe('one');
    expect(existsSync(join(root, '.preparing'))).toBe(false);
  });
});

describe('a package that npm packs', () => {
  const pack = (folder: string) => {
    const script = fileURLToPath(new URL('../../scripts/packable.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script], {
      cwd: join(root, folder),
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const build = () => {
    for (const file of madeFiles) write(builtAs(file), read(file));
  };

  it('has its modules of kernels, as the sources have them, or is refused', async () => {
    expect(pack('protocol')).toEqual({
      status: 1,
      stderr:
        'protocol/dist/kernels/masks-binary.js and protocol/dist/kernels/updates-binary.js and protocol/dist/kernels/sums-binary.js are missing, or older than the sources: npm run build\n',
    });
    await provideKernels(root);
    build();
    expect(pack('protocol')).toEqual({ status: 0, stderr: '' });
    rmSync(join(root, 'engine/src/kernels.wasm'));
    write('engine/dist/fused/binary.js', 'zero');
    expect(pack('engine').stderr).toBe(
      'engine/dist/fused/binary.js and engine/src/kernels.wasm are missing, or older than the sources: npm run build\n',
    );
    expect(pack('protocol').status).toBe(0);
    expect(differing(root, root)).toEqual(['engine/dist/fused/binary.js', 'engine/src/kernels.wasm']);
  });

  it.each(['engine', 'protocol'])('is %s, which asks so before', folder => {
    const { scripts } = JSON.parse(
      readFileSync(new URL(`../../${folder}/package.json`, import.meta.url), 'utf8'),
    );
    expect(scripts).toEqual({ prepack: 'node ../scripts/packable.mjs' });
  });
});

import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exportNpm } from '@murmuration/cli/commands/npm-export';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { decodeModel, encodeModel } from '@murmuration/protocol/weights/model-files';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differing, madeFiles } from '../../scripts/kernels/modules.mjs';
import { publishedPackages, withNeeded } from '../../scripts/published.mjs';
import { codeBlocks, readDocuments } from '../docs/documents.ts';
import { KilledCoordinator } from '../faults/kill/killed-coordinator.ts';
import { walkBundlers } from './bundlers.ts';
import { walkFromScratch } from './from-scratch.ts';
import { sizesOf } from './installed.ts';
import { LocalRegistry } from './local-registry.ts';
import { PackedApp, libraries as packages } from './packed-app.ts';
import { Reader } from './reader.ts';
import { walkOntoServer } from './server-walk.ts';

const root = new URL('../../', import.meta.url);
/** Runs Node as a user of the built packages does: no loader, no conditions. */
function node(...args: string[]): { status: number | null; output: string } {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(root),
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function builtFiles(name: string): URL[] {
  const { folder } = publishedPackages().find(each => each.name === `@murmuration/${name}`)!;
  const dist = pathToFileURL(`${folder}/dist/`);
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.js'))
    .map(path => new URL(path, dist));
}

/** Writes y = 2 x₁ + 3 x₂ + 1 as a package. */
async function exportLine(folder: string): Promise<void> {
  await tf.setBackend('cpu');
  const layers = [tf.layers.dense({ name: 'y', units: 1, inputShape: [2] })];
  const x = tf.input({ shape: [2], name: 'x' });
  const model = tf.model({ inputs: x, outputs: layers[0]?.apply(x) as tf.SymbolicTensor });
  model.setWeights([tf.tensor([[2], [3]]), tf.tensor([1])]);
  const { topology, layout, weights } = describeModel(model);
  const { hash, json, weightsHash, weights: bytes } = encodeModel(topology, layout, weights);
  const files = decodeModel(hash, json, bytes);
  const fetched = {
    files,
    json,
    weights: bytes,
    name: `${weightsHash}.bin`,
    version: { task: 'line', number: 12 },
  };
  await exportNpm(fetched, folder, 'float32', {});
}

/** Whoever packs as the guides say, and installs from there. */
let registry: LocalRegistry;
let reader: Reader;
/** The folder that the guides name. */
let packs: string;
let printed: string;

beforeAll(async () => {
  registry = await LocalRegistry.start();
  reader = new Reader(registry.url);
  const guides = ['your-first-task', 'run-a-coordinator'].map(
    name => readDocuments().get(`docs/guides/${name}.md`)!,
  );
  const [command, again] = guides.map(guide => /^npm run pack .+$/m.exec(guide)?.[0]);
  expect(again).toBe(command);
  printed = await reader.run(command!, fileURLToPath(root));
  packs = join(reader.home, 'murmuration-packs');
});
afterAll(() => {
  reader?.leave();
  registry?.close();
});

describe('npm run pack', () => {
  it('packs all that is published, and says how to install that', () => {
    const names = [...packages, 'cli'].sort();
    const files = readdirSync(packs).sort();
    expect(files).toEqual(
      names.map(name => expect.stringMatching(`^murmuration-${name}-\\d+\\.\\d+\\.\\d+\\.tgz$`)),
    );
    const [line] = /^npm install .+$/m.exec(printed)!;
    expect(line.split(' ').slice(2).sort()).toEqual(files.map(file => join(packs, file)));
  });

  it.each([
    [['inference-client'], ['inference-client', 'protocol']],
    [['@murmuration/client-sdk'], ['client-sdk', 'engine', 'inference-client', 'privacy', 'protocol']],
    [['cli'], [...packages, 'cli'].sort()],
  ])('takes with %s what it needs', (asked, needed) => {
    const names = asked.map(name => (name.startsWith('@') ? name : `@murmuration/${name}`));
    expect(
      withNeeded(names)
        .map(({ name }) => name.replace('@murmuration/', ''))
        .sort(),
    ).toEqual(needed);
  });

  it.each([
    [
      ['--to', 'x', 'nothing'],
      /^There is no package @murmuration\/nothing; there are @murmuration\/protocol, /,
    ],
    [[], /^Say where to: /],
    [['--two'], /--two/],
  ])('says what is wrong with %s', (args, sentence) => {
    const { status, output } = node('scripts/pack.mjs', ...args);
    expect(status).toBe(1);
    expect(output).toMatch(sentence);
    expect(output.trim().split('\n')).toHaveLength(1);
  });
});

describe('apps of every kind', { tags: 'chromium' }, () => walkBundlers(() => packs));

describe('a walk from scratch', { tags: 'chromium' }, () => walkFromScratch(() => reader));

describe('the packed command line', () => {
  it.each(['classifier', 'words', 'sensors'])('makes a folder of %s whose test passes', template => {
    const app = new PackedApp([...packages, 'cli'], packs);
    try {
      const command = 'node_modules/@murmuration/cli/bin/murmuration.mjs';
      expect(app.node(command, 'new', template, 'begun')).toMatchObject({ status: 0 });
      const { status, output } = app.node('--test', 'begun/task.test.js');
      expect(status, output).toBe(0);
    } finally {
      app.remove();
    }
  });
});

describe('a walk onto a server', () => walkOntoServer(() => reader));

describe('the built libraries', () => {
  it.each([
    ['@murmuration/protocol', 'encodeUpdate'],
    ['@murmuration/engine', 'startBackend'],
  ])('let plain Node import %s', (path, name) => {
    const program = `console.log(typeof (await import('${path}')).${name})`;
    expect(node('--input-type=module', '--eval', program)).toEqual({ status: 0, output: 'function\n' });
  });

  it('name sources neither in imports nor as locations', () => {
    for (const file of packages.flatMap(builtFiles)) {
      const text = readFileSync(file, 'utf8');
      expect(text).not.toMatch(/from "\.[^"]+\.ts"|import\("\.[^"]+\.ts"\)/);
      for (const [, path] of text.matchAll(/new URL\("(\.[^"]+)"/g))
        expect(existsSync(new URL(path!, file)), `${path} of ${file}`).toBe(true);
    }
  });
});

describe('a round by itself', () => {
  it('runs with the packed rounds and storage in memory, where no database and no server is installed', () => {
    const own = packages.filter(
      name => !['sql', 'coordinator', 'client-sdk', 'inference-client'].includes(name),
    );
    const app = new PackedApp(own, packs);
    try {
      for (const name of ['kysely', 'libsql', 'pg', 'fastify', 'socket.io'])
        rmSync(join(app.folder, 'node_modules', name));
      const program = readFileSync(new URL('packed-round.ts', import.meta.url), 'utf8');
      const { outputText } = ts.transpileModule(program, {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      app.write('round.js', outputText.replaceAll(/(from '@murmuration\/[a-z]+)\//g, '$1/internal/'));
      // The mean of 1, 2 and 3, once for each weight.
      expect(app.node('round.js')).toEqual({ status: 0, output: 'published 2 2 2 2 2 2\n' });
    } finally {
      app.remove();
    }
  });
});

describe('the coordinator that fault runs kill', () => {
  it('runs on the built packages', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-killed-'));
    const coordinator = new KilledCoordinator(folder, 0, { phase() {}, version() {}, fault() {} });
    try {
      expect(await coordinator.url).toMatch(/^http:/);
    } finally {
      coordinator.kill();
      await coordinator.ended.catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the packed packages', () => {
  let app: PackedApp;

  beforeAll(async () => {
    app = new PackedApp(packages, packs);
    await exportLine(join(app.folder, 'node_modules/line-model'));
  });
  afterAll(() => app?.remove());

  it.each([
    ['@murmuration/protocol', 'MurmurationError'],
    ['@murmuration/protocol/node', 'native'],
    ['@murmuration/engine', 'startBackend'],
    ['@murmuration/engine/tf', 'sequential'],
    ['@murmuration/engine/serving', 'classifierServing'],
    ['@murmuration/api', 'roles'],
    ['@murmuration/coordinator', 'createCoordinator'],
    ['@murmuration/coordinator/strategies', 'fedAvg'],
    ['@murmuration/coordinator/engine', 'encodeModel'],
    ['@murmuration/coordinator/fetch', 'fetchFront'],
    ['@murmuration/coordinator/monitoring', 'driftReport'],
    ['@murmuration/coordinator/onnx', 'onnxOf'],
    ['@murmuration/coordinator/serving', 'serveModels'],
    ['@murmuration/coordinator/serving-fetch', 'fetchModels'],
    ['@murmuration/coordinator/tf', 'sequential'],
    ['@murmuration/client-sdk', 'FederatedClient'],
    ['@murmuration/client-sdk/core', 'PlatformClient'],
    ['@murmuration/client-sdk/engine', 'startBackend'],
    ['@murmuration/client-sdk/inference', 'InferenceClient'],
    ['@murmuration/client-sdk/serving', 'classifierServing'],
    ['@murmuration/client-sdk/tf', 'sequential'],
    ['@murmuration/client-sdk/webgl', 'webgl'],
    ['@murmuration/client-sdk/webgpu', 'webgpu'],
    ['@murmuration/client-sdk/react-native', 'asyncStorage'],
    ['@murmuration/client-sdk/react', 'useFederation'],
    ['@murmuration/client-sdk/web-view', 'webViewTrainer'],
    ['@murmuration/client-sdk/web-view-page', 'serveWebView'],
  ])('let JavaScript import %s', (entry, name) => {
    const module = `const { ${name} } = await import('${entry}'); console.log(typeof ${name});`;
    const { output } = app.node('--input-type=module', '--eval', module);
    expect(output).toMatch(/(function|object)\n$/);
  });

  it.each(['@murmuration/protocol', '@murmuration/coordinator/strategies', '@murmuration/client-sdk'])(
    'let CommonJS import %s',
    entry => {
      app.write(
        'common.cjs',
        `import('${entry}').then(found => console.log(Object.keys(found).length > 0));`,
      );
      expect(app.node('common.cjs').output).toBe('true\n');
    },
  );

  it.skipIf(!('require_module' in process.features && process.features.require_module))(
    'let CommonJS require them, where Node can',
    () => {
      app.write('required.cjs', "console.log(typeof require('@murmuration/protocol').MurmurationError);");
      expect(app.node('--no-warnings', 'required.cjs')).toEqual({ status: 0, output: 'function\n' });
    },
  );

  it('share one copy of what they have in common', () => {
    app.write(
      'shared.js',
      `import { MurmurationError } from '@murmuration/protocol';
      import { defineTask } from '@murmuration/coordinator';
      try { defineTask({ name: 'No such name' }); } catch (error) { console.log(error instanceof MurmurationError); }
      for (const entry of ['client-sdk', 'client-sdk/core', 'client-sdk/inference', 'coordinator', 'coordinator/serving'])
        console.log((await import('@murmuration/' + entry)).MurmurationError === MurmurationError);
      const [sdk, coordinator] = await Promise.all(['client-sdk', 'coordinator'].map(name => import('@murmuration/' + name + '/tf')));
      console.log(sdk.Tensor === coordinator.Tensor);`,
    );
    expect(app.node('shared.js').output).toBe('true\n'.repeat(7));
  });

  const sharing = (
    library: string,
    tf: string,
  ) => `const model = ${library}.sequential({ layers: [${library}.layers.dense({ units: 1, inputShape: [2] })] });
    console.log(
      ${library}.Tensor === ${tf}.Tensor, model instanceof ${tf}.LayersModel, model.predict(${tf}.ones([1, 2])) instanceof ${library}.Tensor,
      ${library}.engine() === ${tf}.engine(), ${tf}.scalar(3).square().dataSync()[0],
    );`;

  it('share TensorFlow.js with an app that has the whole of it', () => {
    app.write(
      'whole.js',
      `import * as whole from '@tensorflow/tfjs';
      import * as tf from '@murmuration/engine/tf';
      ${sharing('whole', 'tf')}`,
    );
    app.write(
      'whole.cjs',
      `const whole = require('@tensorflow/tfjs');
      import('@murmuration/engine/tf').then(tf => { ${sharing('whole', 'tf')} });`,
    );
    for (const file of ['whole.js', 'whole.cjs'])
      expect(app.node(file).output).toMatch(/^true true true true 9$/m);
  });

  it('run an exported model that is a package itself', () => {
    app.write(
      'line.js',
      `import { load, version } from 'line-model';
      const model = await load();
      const { y } = await model.predict({ x: [[1, 2], [0, 4]] });
      console.log(JSON.stringify([version.task, version.number, y.shape, [...y.data]]));
      await model.close();`,
    );
    // 2 · 1 + 3 · 2 + 1, and 3 · 4 + 1.
    expect(app.node('line.js').output).toContain('["line",12,[2,1],[9,13]]');
    expect(JSON.parse(app.read('node_modules/line-model/package.json'))).toMatchObject({
      name: 'line-model',
      version: '1.12.0',
      type: 'module',
    });
  });

  it('have what is made of kernels as the checkout has it, byte for byte', () => {
    const there = join(app.folder, 'node_modules/@murmuration');
    expect(differing(fileURLToPath(root), there)).toEqual([]);
    const sources = madeFiles.map(file => [new URL(file, root), join(there, file)]);
    for (const [made, packed] of sources)
      expect(readFileSync(packed!).equals(readFileSync(made!))).toBe(true);
  });

  it.each(packages)('bring the licence, a page, and maps that lead to their sources, %s', name => {
    const folder = `node_modules/@murmuration/${name}`;
    expect(app.read(`${folder}/LICENSE`)).toContain('Apache License');
    expect(app.read(`${folder}/README.md`)).toContain(`# @murmuration/${name}`);
    const built = readdirSync(join(app.folder, folder, 'dist'), { recursive: true, encoding: 'utf8' });
    const types = built.filter(path => path.endsWith('.d.ts') && !path.startsWith('tensorflow/'));
    expect(types.length).toBeGreaterThan(3);
    // "Go to definition" ends in the sources, which are packed.
    for (const path of types) {
      const file = join(app.folder, folder, 'dist', path);
      const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] };
      for (const source of sources)
        expect(existsSync(join(dirname(file), source)), `${path}: ${source}`).toBe(true);
    }
  });

  it.each(['nodenext', 'bundler'])(
    'export what documents import, resolution %s',
    resolution => {
      const blocks = [...readDocuments()].flatMap(([path, text]) =>
        codeBlocks(text)
          .filter(({ language }) => /^(ts|tsx|js)$/.test(language))
          .flatMap(({ code, line }) =>
            [...code.matchAll(/^import [^;'"]*? from '@murmuration\/(?!simulations)[^']+';$/gm)].map(
              ([statement], i) => ({
                name: `imports/${`${path}-${line}-${i}`.replaceAll(/\W/g, '-')}.ts`,
                statement,
              }),
            ),
          ),
      );
      expect(blocks.length).toBeGreaterThan(60);
      for (const { name, statement } of blocks) app.write(name, `${statement}\nexport {};\n`);
      app.write(
        'imports/more.ts',
        `import { fileStorage, indexedDbStorage, MurmurationError } from '@murmuration/client-sdk';
      import { kerasModel, registerLayers } from '@murmuration/engine';
      import { MurmurationError as same } from '@murmuration/inference-client';
      export const all = [fileStorage('x'), indexedDbStorage('x'), kerasModel('x'), registerLayers, new MurmurationError('task.unknown') instanceof same];`,
      );
      const compilerOptions = {
        module: resolution === 'bundler' ? 'esnext' : 'nodenext',
        moduleResolution: resolution,
        target: 'es2023',
        lib: ['es2023', 'dom', 'dom.iterable'],
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: ['node'],
      };
      // Some are of pages, and Node's resolution knows that it is not one.
      const page = /indexedDbStorage|workerInference|workerTrainer/;
      const shown = blocks.filter(
        ({ statement }) => resolution === 'bundler' || !(page.test(statement) && statement.includes("sdk';")),
      );
      const files = [
        ...shown.map(({ name }) => name),
        ...(resolution === 'bundler' ? ['imports/more.ts'] : []),
      ];
      app.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
      expect(app.node('node_modules/typescript/bin/tsc', '-p', '.')).toEqual({ status: 0, output: '' });
    },
    120_000,
  );

  it('let nobody import what is no entry', () => {
    const { status, output } = app.node('--eval', "import('@murmuration/protocol/errors/errors')");
    expect(status).toBe(1);
    expect(output).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'have types for strict TypeScript, module %s and resolution %s',
    (module, moduleResolution) => {
      app.write(
        'src/app.ts',
        `import { FederatedClient, fileStorage as storage } from '@murmuration/client-sdk';
      import type { Platform } from '@murmuration/client-sdk/core';
      import { serveTraining } from '@murmuration/client-sdk/worker';
      import { createCoordinator, defineTask, type Task } from '@murmuration/coordinator';
      import { fedAdam } from '@murmuration/coordinator/strategies';
      import type { Objective } from '@murmuration/engine';
      import * as tf from '@murmuration/engine/tf';
      import { load } from 'line-model';
      import { MurmurationError, type TaskName } from '@murmuration/protocol';

      export const client = new FederatedClient({
        url: 'https://learn.example.org', tasks: {}, storage: storage('state'), enrolment: 'token', floors: { smallestSum: 50 },
      });
      client.on('round', ({ phase, progress }) => console.log(phase.length + progress));
      export const train = (objective: Objective<number>): void => serveTraining(objective);
      export const open = createCoordinator;
      export const task: Task = defineTask({
        name: 'line', model: () => tf.sequential(), plan: { learningRate: 0.1 }, strategy: fedAdam(), masking: 'off', cohort: { goal: 3, minimum: 3 }, update: { clip: 1, bits: 12 }, schedule: { every: '5 min' },
      });
      export const name = (platform: Platform, task: TaskName): string => platform.name + task + new MurmurationError('task.unknown').code;
      export const answer = async () => {
        const model = await load();
        const answers = await model.predict({ x: [[1, 2]] });
        // @ts-expect-error The model has no such input.
        await model.predict({ y: [[1, 2]] });
        return answers.y.data satisfies Float32Array;
      };
      // @ts-expect-error There is no such option.
      export const wrong = new FederatedClient({ nonsense: true });`,
      );
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2023',
        lib: ['es2023', 'dom', 'dom.iterable'],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: true,
        noEmit: true,
        types: ['node'],
      };
      app.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['src/app.ts'] }));
      expect(app.node('node_modules/typescript/bin/tsc', '-p', '.')).toEqual({ status: 0, output: '' });
    },
    120_000,
  );

  const page = `import { FederatedClient, indexedDbStorage, workerTrainer } from '@murmuration/client-sdk';
    import { load } from 'line-model';
    const trainer = workerTrainer(() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
    globalThis.client = new FederatedClient({
      url: location.origin, tasks: { line: { examples: () => [], trainer } }, storage: indexedDbStorage('page'), enrolment: '',
    });
    globalThis.model = load();`;
  const worker = `import { serveTraining } from '@murmuration/client-sdk/worker';
    import { softmaxLoss } from '@murmuration/engine';
    serveTraining({ encode: () => ({ size: 0 }), loss: softmaxLoss });`;

  it('build with Vite for a page and its worker', async () => {
    app.write('page/index.html', '<script type="module" src="./page.js"></script>');
    app.write('page/page.js', page);
    app.write('page/worker.js', worker);
    const { build } = await import('vite');
    const built = await build({
      configFile: false,
      root: join(app.folder, 'page'),
      logLevel: 'silent',
      worker: { format: 'es' },
      build: { write: false, minify: false },
    });
    const files = (built as { output: { fileName: string; code?: string; source?: unknown }[] }).output;
    const text = files.map(({ code, source }) => code ?? String(source)).join('\n');
    expect(text).toContain('FederatedClient');
    expect(files.some(({ fileName }) => fileName.includes('worker'))).toBe(true);
    // The weights of the model, which are too short for a file of their own.
    expect(text).toContain('application/octet-stream;base64,');
    expect(text).not.toMatch(/from ["']node:/);
  });

  it('build with esbuild for a page and its worker', async () => {
    app.write('page/page.js', page);
    app.write('page/worker.js', worker);
    const { build } = await import('esbuild');
    const { errors, outputFiles } = await build({
      absWorkingDir: app.folder,
      entryPoints: ['page/page.js', 'page/worker.js'],
      outdir: 'out',
      bundle: true,
      format: 'esm',
      platform: 'browser',
      splitting: true,
      write: false,
      logLevel: 'silent',
    });
    expect(errors).toEqual([]);
    expect(outputFiles.every(({ text }) => !/from ["']node:/.test(text))).toBe(true);
  });

  it.each(['cjs', 'esm'] as const)(
    'build with esbuild for Node into one %s file that runs alone',
    async format => {
      const { build } = await import('esbuild');
      const { outputFiles } = await build({
        absWorkingDir: app.folder,
        stdin: {
          contents: "import * as tf from '@murmuration/engine/tf'; console.log(typeof tf.sequential);",
          resolveDir: app.folder,
        },
        bundle: true,
        format,
        platform: 'node',
        write: false,
        logLevel: 'silent',
        // What CommonJS in an ECMAScript module requires of Node.
        ...(format === 'esm' && {
          banner: {
            js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
          },
        }),
      });
      const alone = mkdtempSync(join(tmpdir(), 'murmuration-alone-'));
      const file = join(alone, format === 'cjs' ? 'app.cjs' : 'app.mjs');
      writeFileSync(file, outputFiles[0]!.contents);
      const { output } = node(file);
      rmSync(alone, { recursive: true });
      expect(output).toContain('function');
    },
    120_000,
  );
});

describe('the SDK in an empty folder', () => {
  let app: PackedApp;

  beforeAll(() => {
    app = new PackedApp(['protocol', 'privacy', 'engine', 'inference-client', 'client-sdk'], packs, 'copied');
  });
  afterAll(() => app?.remove());

  it('has no more than 34 MB, with all that it depends on', () => {
    const sizes = sizesOf(join(app.folder, 'node_modules'));
    const listed = sizes.map(([name, bytes]) => `${(bytes / 1e6).toFixed(2)} ${name}`).join('\n');
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    expect(total, listed).toBeLessThanOrEqual(34e6);
    // Were it far less, something would not have been copied.
    expect(total, listed).toBeGreaterThan(20e6);
    expect(listed).not.toContain('@tensorflow/');
  });

  it('is what npm installs where engines are strict', () => {
    const { version } = JSON.parse(app.read('node_modules/@murmuration/client-sdk/package.json'));
    const dependencies = { '@murmuration/client-sdk': version };
    app.write('package.json', JSON.stringify({ name: 'app', private: true, type: 'module', dependencies }));
    const npm = () => {
      // Where npm notes what it has seen before.
      rmSync(join(app.folder, 'node_modules/.package-lock.json'), { force: true });
      const { NODE_OPTIONS: _, ...env } = process.env;
      const options = ['--offline', '--engine-strict', '--no-audit', '--no-package-lock', '--ignore-scripts'];
      const { status, stderr } = spawnSync('npm', ['install', ...options], {
        cwd: app.folder,
        env,
        encoding: 'utf8',
      });
      return { status, stderr };
    };
    // All that is there already is looked at, and nothing is fetched.
    expect(npm()).toEqual({ status: 0, stderr: '' });
    const manifest = JSON.parse(app.read('node_modules/zod/package.json'));
    app.write('node_modules/zod/package.json', JSON.stringify({ ...manifest, engines: { node: '>=99' } }));
    expect(npm()).toMatchObject({ status: 1, stderr: expect.stringContaining('EBADENGINE') });
    app.write('node_modules/zod/package.json', JSON.stringify(manifest));
  });

  it('takes part in a masked round', () => {
    const guide = readFileSync(new URL('docs/guides/test-your-app.md', root), 'utf8');
    const { code } = codeBlocks(guide)[0]!;
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    app.write('round.js', `${outputText}\nconsole.log(outcome, sent.weight);`);
    expect(app.node('round.js').output).toMatch(/^counted 1$/m);
  });

  it.each(['webgl', 'webgpu'])('brings %s along', name => {
    app.write(
      'backend.js',
      `import { ${name} } from '@murmuration/engine/${name}';
      Object.defineProperty(globalThis, 'navigator', { value: { gpu: { requestAdapter: async () => ({}) } } });
      await ${name}.load();
      console.log('loaded');`,
    );
    expect(app.node('backend.js').output).toMatch(/^loaded$/m);
  });
});

describe('all packages in an empty folder', () => {
  it('have no more than 115 MB, and no ONNX Runtime, with all that they depend on', () => {
    const app = new PackedApp([...packages, 'cli'], packs, 'copied');
    const sizes = sizesOf(join(app.folder, 'node_modules'));
    app.remove();
    const listed = sizes.map(([name, bytes]) => `${(bytes / 1e6).toFixed(2)} ${name}`).join('\n');
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    expect(total, listed).toBeLessThanOrEqual(115e6);
    expect(total, listed).toBeGreaterThan(60e6);
    expect(listed).not.toContain('onnxruntime');
  });
});

describe('the reports of what the packages export', () => {
  it('are up to date', () => {
    const { status, output } = node('scripts/api.mjs', '--check');
    expect(status, output).toBe(0);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = readFileSync(new URL('Dockerfile', root), 'utf8').replaceAll('\\\n', ' ');
  const stages = dockerfile.split(/^FROM /m).slice(1);
  const image = stages.at(-1)!;
  /** The words of each instruction of this name. */
  const all = (name: string, stage: string) =>
    [...stage.matchAll(new RegExp(`^ *${name} +(.*)$`, 'gm'))].map(([, words]) => words!.trim());
  const list = (name: string): string[] => JSON.parse(all(name, image).at(-1)!);

  it('copies what is there, and what the build makes', () => {
    const ignored = readFileSync(new URL('.dockerignore', root), 'utf8').split('\n');
    for (const copy of stages.flatMap(stage => all('COPY', stage))) {
      const words = copy.split(/ +/);
      const from = /^--from=(\w+)$/.exec(words[0]!)?.[1];
      for (const path of words.slice(from ? 1 : 0, -1)) {
        const here = path.replace(/^\/(build|murmuration)\//, '');
        expect(existsSync(new URL(here, root)), path).toBe(true);
        // What is built comes from the stage that built it.
        if (/(^|\/)(dist|node_modules)$/.test(path)) expect(from, path).toMatch(/^(build|packages)$/);
        else if (path !== '.') expect(ignored).not.toContain(path);
      }
    }
  });

  it('gives npm the manifest of every workspace, and copies what the coordinator imports', () => {
    const { workspaces } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    for (const workspace of workspaces) expect(stages[1]).toContain(`COPY ${workspace}/package.json`);
    const { dependencies } = JSON.parse(
      readFileSync(new URL('coordinator/server/package.json', root), 'utf8'),
    );
    const own = Object.keys(dependencies).filter(name => name.startsWith('@murmuration/'));
    for (const { name, folder } of publishedPackages().filter(({ name }) =>
      [...own, '@murmuration/coordinator'].includes(name),
    ))
      expect(image, name).toContain(`/build/${relative(fileURLToPath(root), folder)}/dist`);
  });

  it('runs the command line as an account that is not root, on the Node that is named throughout', () => {
    expect(all('USER', image)).toEqual(['node']);
    expect(image.indexOf('USER node')).toBeLessThan(image.indexOf('ENTRYPOINT'));
    expect(all('STOPSIGNAL', image)).toEqual(['SIGTERM']);
    for (const stage of stages) expect(stage).toMatch(/^node:22-slim\b/);
    const [program, path] = list('ENTRYPOINT');
    expect(program).toBe('node');
    expect(node(path!.replace('/murmuration/', ''), '--help')).toMatchObject({
      status: 0,
      output: expect.stringMatching(/doctor/),
    });
  });

  it('asks the coordinator for its health', async () => {
    let status = 200;
    const server = createServer(({ url }, response) =>
      response.writeHead(url === '/health/ready' ? status : 404).end(),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const [, command] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(image)!;
    const [, ...args] = JSON.parse(command!) as string[];
    const check = async () => {
      const env = { MURMURATION_PORT: String((server.address() as AddressInfo).port) };
      const [code] = await once(execFile(process.execPath, args, { env }), 'exit');
      return code;
    };
    try {
      expect(await check()).toBe(0);
      status = 503;
      expect(await check()).toBe(1);
    } finally {
      server.close();
    }
  });
});

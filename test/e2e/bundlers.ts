import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { begin } from '@murmuration/cli/commands/new';
import type { Metafile } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { codeBlocks, readDocuments } from '../docs/documents.ts';
import { freePort } from '../free-port.ts';
import { libraries, PackedApp } from './packed-app.ts';
import { plainEnvironment } from './reader.ts';

const guide = readDocuments().get('docs/guides/embed-web.md')!;
const bundlers = codeBlocks(guide);
const commands = bundlers
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split('\n'));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

const counted = /^round \d+: counted$/m;

interface Program {
  printed(): string;
  kill(): void;
}

/** What a page has said in its `output`. */
type Kept = typeof globalThis & { texts: string[] };

function keepTexts(): void {
  const kept = globalThis as Kept;
  kept.texts = [];
  const look = () => {
    const text = document.querySelector('output')?.textContent ?? '';
    if (text !== kept.texts.at(-1)) kept.texts.push(text);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

/** The template `sensors` in strict TypeScript, for pages and for Node. */
const typed = {
  'objective.ts': `import { type Objective, regressor } from '@murmuration/engine';
    export type Readings = readonly number[];
    const objective: Objective<Readings> = regressor({
      features: (readings: Readings) => readings.slice(0, 4).map(each => each / 10),
      label: (readings: Readings) => readings[4]! / 10,
    });
    export default objective;`,
  'readings.ts': `import { type ClientOptions, development } from '@murmuration/client-sdk';
    import type { Readings } from './objective.js';
    export const examples: readonly Readings[] = [[1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [6, 5, 4, 3, 2], [5, 4, 3, 2, 1]];
    export const options = {
      url: 'COORDINATOR', enrolment: 'anybody', consent: 'not-needed', cleartext: 'allowed', floors: development(),
    } satisfies Partial<ClientOptions>;`,
  'page.ts': `import { FederatedClient, indexedDbStorage, type RoundProgress, workerTrainer } from '@murmuration/client-sdk';
    import { examples, options } from './readings.js';
    const trainer = workerTrainer(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
    const client = new FederatedClient({
      ...options, tasks: { sensors: { examples: () => examples, trainer } }, storage: indexedDbStorage('typed'),
    });
    const said = document.querySelector('output')!;
    client.on('round', ({ number, phase }: RoundProgress) => { said.value = \`round \${number}: \${phase}\`; });
    client.on('error', error => { said.value = error.detail; });
    await client.start();`,
  'worker.ts': `import { serveTraining } from '@murmuration/client-sdk/worker';
    import objective from './objective.js';
    serveTraining(objective, { wasmPath: '/' });`,
  'device.ts': `import { FederatedClient, memoryStorage, type RoundProgress } from '@murmuration/client-sdk';
    import { examples, options } from './readings.js';
    const tasks = { sensors: { examples: () => examples, trainer: new URL('./objective.js', import.meta.url) } };
    const client = new FederatedClient({ ...options, tasks, storage: memoryStorage() });
    client.on('round', ({ number, phase }: RoundProgress) => console.log(\`round \${number}: \${phase}\`));
    client.on('error', ({ code, detail }) => console.error(code, detail));
    await client.start();`,
  'index.html': '<output></output><script type="module" src="./page.ts"></script>',
};

/**
 * Apps of every kind that the guides know, of people who have nothing but the packages, which lie packed in a folder: each takes part in a
 * round of one coordinator, beside the two Node processes of a template, of which one is in CommonJS.
 */
export function walkBundlers(packs: () => string): void {
  let packed: PackedApp;
  let browser: Browser;
  let server: Server;
  /** The folder that the web server gives out, and what it gave, in order. */
  let served = '';
  let given: string[] = [];
  /** Two processes with which whatever comes is the third. */
  let companions: readonly Program[] = [];
  const running = new Set<ChildProcess>();

  function start(...args: string[]): Program {
    const child = spawn(process.execPath, args, { cwd: packed.folder, env: plainEnvironment() });
    running.add(child);
    let printed = '';
    child.stdout.on('data', chunk => (printed += chunk));
    child.stderr.on('data', chunk => (printed += chunk));
    return { printed: () => printed, kill: () => child.kill('SIGKILL') };
  }

  /** Runs the commands of the guide that begin so; where it is given, with a script of this app in place of what `npx` names. */
  function run(beginning: string, script?: string, ...more: string[]): void {
    const found = commands.filter(command => command.startsWith(beginning));
    expect(found.length, beginning).toBeGreaterThan(0);
    for (const command of found) {
      const words = [command.slice(beginning.length).trim(), ...more].filter(word => word !== '');
      const line = script === undefined ? command : `node ${[script, ...words].join(' ')}`;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
        cwd: packed.folder,
        env: plainEnvironment(),
        encoding: 'utf8',
      });
      expect(status, `${line}: ${stdout}${stderr}`).toBe(0);
    }
  }

  /** Opens what lies in a folder as a page, which takes part in a round to its end. */
  async function takesPart(folder: string): Promise<void> {
    served = join(packed.folder, folder);
    given = [];
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on('pageerror', error => wrong.push(String(error)));
      await page.addInitScript(keepTexts);
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await expect.poll(() => page.evaluate(() => (globalThis as Kept).texts.join('\n'))).toMatch(counted);
      expect(wrong).toEqual([]);
    } finally {
      await context.close();
    }
    // The model is one that TensorFlow.js trains, by files of the page's own origin.
    expect(given.filter(path => path.endsWith('.wasm'))).toHaveLength(1);
  }

  beforeAll(async () => {
    packed = new PackedApp([...libraries, 'cli'], packs());
    begin('sensors', join(packed.folder, 'begun'));
    cpSync(join(packed.folder, 'begun'), packed.folder, { recursive: true });
    for (const { file, code } of bundlers.filter(({ file }) => file)) packed.write(file!, code);
    const [call] = /serveTraining\(objective, \{ wasmPath: '\/' \}\)/.exec(guide)!;
    packed.write(
      'worker.js',
      packed
        .read('worker.js')
        .replace(/^import .+webgl.+\n/m, '')
        .replace(/serveTraining\(.+\)/, call),
    );
    run('mkdir');
    run('cp node_modules/');
    server = createServer(({ url }, response) => {
      const path = new URL(url!, 'http://page').pathname;
      given.push(path);
      const file = join(served, path === '/' ? 'index.html' : path);
      const found = existsSync(file);
      response.writeHead(found ? 200 : 404, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
      });
      response.end(found ? readFileSync(file) : '');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    packed.write(
      'coordinator.json',
      packed
        .read('coordinator.json')
        .replace('https://app.example.org', origin)
        .replace('{', `{ "port": ${port},`),
    );
    packed.write('app.js', packed.read('app.js').replace('http://127.0.0.1:8800', url));
    for (const [file, code] of Object.entries(typed))
      packed.write(`typed/${file}`, code.replace('COORDINATOR', url));
    // Devices that find nobody there yet try again.
    start(
      'node_modules/@murmuration/cli/bin/murmuration.mjs',
      'serve',
      'task.js',
      '--config',
      'coordinator.json',
    );
    const common = packed
      .read('device.js')
      .replaceAll(/^import (.+) from ('.+');$/gm, 'const $1 = require($2);')
      .replace('import.meta.url', '"file://" + __filename')
      .replace('await client.start();', 'client.start();');
    expect(common).not.toMatch(/import|await/);
    packed.write('device.cjs', common);
    companions = [start('device.js', './device-1'), start('--no-warnings', 'device.cjs', './device-2')];
    browser = await chromium.launch(chromiumOptions);
  });

  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    packed?.remove();
  });

  /** The bytes, each file compressed, of what a build of esbuild has a page load before it asks for anything. */
  function loadedAtOnce({ outputs }: Metafile, entry: string): number {
    const found = new Set([entry]);
    for (const path of found)
      for (const { path: next, kind } of outputs[path]!.imports)
        if (kind === 'import-statement') found.add(next);
    const sizes = [...found].map(path => brotliCompressSync(readFileSync(join(packed.folder, path))).length);
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  const compile = (options: object, files: readonly string[]) => {
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023', 'dom', 'dom.iterable'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      types: ['node'],
      ...options,
    };
    packed.write('typed/tsconfig.json', JSON.stringify({ compilerOptions, files }));
    expect(packed.node('node_modules/typescript/bin/tsc', '-p', 'typed')).toEqual({ status: 0, output: '' });
  };

  describe('devices of Node', () => {
    it('are in plain JavaScript, CommonJS and strict TypeScript of nodenext', async () => {
      compile({ module: 'nodenext', moduleResolution: 'nodenext', outDir: '../compiled' }, ['device.ts']);
      const strict = start('compiled/device.js');
      for (const device of [...companions, strict]) await expect.poll(device.printed).toMatch(counted);
      strict.kill();
    });
  });

  describe('a page', () => {
    it.each(['vite5', 'vite6', 'vite7', 'vite'])('bundled with %s takes part in a round', async vite => {
      const { version } = JSON.parse(packed.read(`node_modules/${vite}/package.json`));
      expect(version).toMatch(vite === 'vite' ? /^8\./ : RegExp(`^${vite.slice(4)}\\.`));
      run('npx vite', `node_modules/${vite}/bin/vite.js`, '--outDir', `dist-${vite}`);
      await takesPart(`dist-${vite}`);
    });

    it('in strict TypeScript, by the resolution of bundlers, takes part in a round', async () => {
      compile({ module: 'esnext', moduleResolution: 'bundler', noEmit: true }, ['page.ts', 'worker.ts']);
      packed.write(
        'typed/vite.config.js',
        "import base from '../vite.config.js'; export default { ...base, publicDir: '../public' };",
      );
      run('npx vite', 'node_modules/vite/bin/vite.js', 'typed', '--outDir', '../dist-typed');
      await takesPart('dist-typed');
    });

    it('bundled with webpack takes part in a round', async () => {
      packed.write(
        'webpack.js',
        `import webpack from 'webpack';
        import config from './webpack.config.js';
        // What a minifier makes of the chunks is no matter of this test, and takes most of the time.
        webpack({ ...config, optimization: { minimize: false } }, (error, stats) => {
          const { errors, warnings } = stats?.toJson() ?? { errors: [error], warnings: [] };
          const heard = [...errors, ...warnings.filter(({ message }) => !/size limit|performance/.test(message))];
          for (const each of heard) console.error(each);
          process.exitCode = heard.length;
        });`,
      );
      run('npx webpack', 'webpack.js');
      run('cp index.html');
      await takesPart('dist');
    });

    it('bundled with esbuild takes part in a round, and loads at most 60 kB before its worker', async () => {
      run('npx esbuild', 'node_modules/esbuild/bin/esbuild', '--metafile=meta.json');
      run('cp index.html');
      await takesPart('dist');
      expect(loadedAtOnce(JSON.parse(packed.read('meta.json')), 'dist/page.js')).toBeLessThanOrEqual(60_000);
    });
  });
}

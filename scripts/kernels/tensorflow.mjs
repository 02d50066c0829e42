// TensorFlow.js as the engine carries it: its code and WebAssembly without maps, tests and second builds, which are nine tenths of its packages.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// Not that of prepare.mjs, which has this made.
const rootFolder = fileURLToPath(new URL('../../', import.meta.url));
const folder = 'engine/src/tensorflow';
/** @param {string} name */
const packageFolder = name => join(rootFolder, 'node_modules/@tensorflow', name);

/** Stands once in each file, in place of once in each of the hundreds that it is made of. */
const licence =
  '/** @license Copyright Google LLC, Apache-2.0: TensorFlow.js, https://www.apache.org/licenses/LICENSE-2.0 */\n';
/** Modules for bundlers: one file each, and what they share. */
const entries = {
  library: `export * from '@tensorflow/tfjs-backend-cpu';
    export * from '@tensorflow/tfjs-core';
    export * from '@tensorflow/tfjs-layers';`,
  wasm: `export { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';`,
  webgl: `import '@tensorflow/tfjs-backend-webgl';`,
  webgpu: `import '@tensorflow/tfjs-backend-webgpu';`,
};
/** Files for Node: the minified builds, which name each other as files. A bundle for pages has none of Node's modules. */
const nodeBuilds = {
  core: '@tensorflow/tfjs-core/dist/tf-core.es2017.min.js',
  layers: '@tensorflow/tfjs-layers/dist/tf-layers.es2017.min.js',
  cpu: '@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js',
  wasm: '@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js',
  seedrandom: 'seedrandom/seedrandom.min.js',
};
const binaries = ['', '-simd', '-threaded-simd'].map(kind => `tfjs-backend-wasm${kind}.wasm`);

/** The files that are made of TensorFlow.js, by their paths from the root; the first one stands for all of them. */
export const libraryFiles = [
  ...Object.keys(entries).map(name => `${name}.js`),
  'core.js',
  'rolldown-runtime.js',
  ...Object.keys(nodeBuilds).map(name => `${name}.cjs`),
  ...binaries,
].map(file => `${folder}/${file}`);

/**
 * Makes these files.
 * @param {(file: string, content: string | Uint8Array) => void} write
 */
export async function makeLibrary(write) {
  const { rolldown } = await import('rolldown');
  const prefix = 'tensorflow:';
  const bundle = await rolldown({
    input: Object.fromEntries(Object.keys(entries).map(name => [name, `${prefix}${name}`])),
    plugins: [
      {
        name: 'entries',
        resolveId(id, importer) {
          if (id.startsWith(prefix)) return id;
          // They are installed at the root, whatever asks for them.
          return importer?.startsWith(prefix)
            ? this.resolve(id, join(rootFolder, 'package.json'))
            : undefined;
        },
        // What it has for Node asks Node itself: a bundle for pages has no require, and one for Node may have none. The place of the
        // script is none of a module, and webpack takes the question for one that has it.
        transform: code =>
          code
            .replace(
              /\brequire\((['"])(fs|os|path|perf_hooks|util|worker_threads)\1\)/g,
              'process.getBuiltinModule("$2")',
            )
            .replace("if (typeof __filename !== 'undefined') _scriptDir = _scriptDir || __filename;", ''),
        load: id =>
          id.startsWith(prefix)
            ? {
                code: new Map(Object.entries(entries)).get(id.slice(prefix.length)) ?? '',
                moduleSideEffects: true,
              }
            : undefined,
      },
    ],
    platform: 'browser',
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    comments: { annotation: true, legal: false, jsdoc: false },
    codeSplitting: { groups: [{ name: 'core', test: /tfjs-core|tfjs-backend-cpu|seedrandom|long|browser/ }] },
  });
  for (const file of output) {
    if (file.type !== 'chunk') throw new Error(`${file.fileName} is no code.`);
    write(`${folder}/${file.fileName}`, licence + file.code);
  }
  for (const [name, path] of Object.entries(nodeBuilds)) {
    const text = readFileSync(join(rootFolder, 'node_modules', path), 'utf8');
    const named = text
      .replace('require("@tensorflow/tfjs-core")', 'require("./core.cjs")')
      .replace('require("seedrandom")', 'require("./seedrandom.cjs")')
      .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
    write(`${folder}/${name}.cjs`, named);
  }
  for (const name of binaries)
    write(`${folder}/${name}`, readFileSync(join(packageFolder('tfjs-backend-wasm'), 'dist', name)));
}

/**
 * Writes its types below a built package: declarations that name each other as files, since nobody who installs the package has those of npm.
 * @param {string} target
 */
export function writeLibraryTypes(target) {
  const types = join(target, 'types');
  for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-wasm']) {
    const from = packageFolder(name);
    cpSync(join(from, 'dist'), join(types, name, 'dist'), {
      recursive: true,
      filter: path =>
        !basename(path).includes('.') || (path.endsWith('.d.ts') && !path.endsWith('_test.d.ts')),
    });
    writeFileSync(join(types, name, 'index.d.ts'), `export * from './dist/index';\n`);
  }
  // They name each other without extensions, as modules of CommonJS do.
  writeFileSync(join(types, 'package.json'), '{ "type": "commonjs" }\n');
  for (const path of readdirSync(types, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.d.ts')) nameFiles(join(types, path), types);
  for (const name of readdirSync(join(rootFolder, folder)).filter(file => file.endsWith('.d.ts'))) {
    cpSync(join(rootFolder, folder, name), join(target, name));
    nameFiles(join(target, name), types);
  }
}

/**
 * @param {string} file
 * @param {string} types
 */
function nameFiles(file, types) {
  const text = readFileSync(file, 'utf8');
  const at = `./${relative(dirname(file), types).replaceAll('\\', '/')}`;
  const isModule = dirname(file) === dirname(types);
  const named = text.replace(
    /(['"])@tensorflow\/(tfjs-[a-z]+(?:-[a-z]+)?)(\/[^'"]+)?\1/g,
    (_, quote, name, rest = '') =>
      isModule
        ? `${quote}${at}/${name}${rest === '' ? '/index' : rest.replace(/\.js$/, '')}.js${quote}`
        : `${quote}${at}/${name}${rest}${quote}`,
  );
  if (named !== text) writeFileSync(file, named);
}

// node scripts/kernels.mjs FOLDER TARGET …: compiles kernels into the modules of `kernels/modules.mjs` that are named, below a folder, or TensorFlow.js
// into the files of which the first one is named: the same
// bytes wherever it runs. Every command has it done where kernels have changed (`kernels/provide.mjs`).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileKernels } from './kernels/compile.mjs';
import { javascriptOf } from './kernels/javascript.mjs';
import { modules } from './kernels/modules.mjs';
import { libraryFiles, makeLibrary } from './kernels/tensorflow.mjs';
import { stop } from './prepare.mjs';

/**
 * The module that carries them, since a string reaches every bundler, worker and content security policy alike.
 * @param {Uint8Array} bytes
 * @param {typeof modules[number]} of
 */
function moduleOf(bytes, { folder, name }) {
  return `// Made from ${folder} by scripts/kernels.mjs.\nexport const ${name} =\n  '${Buffer.from(bytes).toString('base64')}';\n`;
}

const [into, ...targets] = process.argv.slice(2);
if (into === undefined || targets.length === 0) stop('Usage: node scripts/kernels.mjs FOLDER TARGET …');
for (const target of targets) {
  if (target === libraryFiles[0]) {
    await makeLibrary(write);
    continue;
  }
  const of = modules.find(each => each.target === target);
  if (of === undefined) stop(`No kernels are compiled into ${target}.`);
  const bytes = await compileKernels(of, !of.isJavaScript).catch(error => stop(error.message));
  write(target, of.isJavaScript ? javascriptOf(bytes, of) : moduleOf(bytes, of));
  if (of.module !== undefined) write(of.module, bytes);
}

/**
 * @param {string} file
 * @param {string | Uint8Array} content
 */
function write(file, content) {
  const path = join(into ?? '', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

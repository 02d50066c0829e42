// npm run kernels [-- --check]: compiles engine/assembly into engine/src/fused/binary.ts, the same bytes wherever it runs;
// with --check only holds what is there to it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, rootFolder, say, stop } from './prepare.mjs';

const target = join(rootFolder, 'engine/src/fused/binary.ts');

/**
 * The compiled kernels. Throws the compiler's messages.
 * @returns {Promise<Uint8Array>}
 */
async function compileKernels() {
  const { default: compiler } = await import('assemblyscript/asc');
  let messages = '';
  /** @type {Uint8Array | undefined} */
  let bytes;
  const options =
    '-O3 --noAssert --runtime stub --enable simd --importMemory --use abort= --outFile kernels.wasm';
  const folder = ['--baseDir', join(rootFolder, 'engine/assembly')];
  const { error } = await compiler.main(['index.ts', ...folder, ...options.split(' ')], {
    stderr: {
      write: chunk => {
        messages += chunk;
      },
    },
    writeFile: (_, contents) => {
      bytes = /** @type {Uint8Array} */ (contents);
    },
  });
  if (error || bytes === undefined) throw new Error(messages || String(error));
  return bytes;
}

/**
 * The module that carries them, since a string reaches every bundler, worker and content security policy alike.
 * @param {Uint8Array} bytes
 */
function moduleOf(bytes) {
  const text = Buffer.from(bytes).toString('base64');
  return `// Made from engine/assembly by \`npm run kernels\`.\n/** The kernels as a WebAssembly module, in base64. */\nexport const kernelsBase64 =\n  '${text}';\n`;
}

await prepare();
const bytes = await compileKernels().catch(error => stop(error.message));
const made = moduleOf(bytes);
if (!process.argv.includes('--check')) writeFileSync(target, made);
else if (made !== readFileSync(target, 'utf8'))
  stop('engine/src/fused/binary.ts is not what engine/assembly compiles to; run npm run kernels.');
say(`${bytes.length} bytes.`);

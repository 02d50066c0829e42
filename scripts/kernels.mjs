// npm run kernels [-- engine|protocol|FILE] [--check]: compiles the kernels of engine/assembly and protocol/assembly, of one of them, or those
// in one file, into modules of their packages, the same bytes wherever it runs; with --check only holds what is there to it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileKernels } from './kernels/compile.mjs';
import { javascriptOf } from './kernels/javascript.mjs';
import { prepare, rootFolder, say, stop } from './prepare.mjs';

const binaries = [
  {
    folder: 'engine/assembly',
    entry: 'index.ts',
    target: 'engine/src/fused/binary.ts',
    /** For platforms that compile no bytes while they run. */
    module: 'engine/src/kernels.wasm',
    name: 'kernelsBase64',
    holds: 'The kernels',
    features: 'simd',
  },
  {
    folder: 'engine/assembly',
    entry: 'index.ts',
    target: 'engine/src/fused/relaxed-binary.ts',
    name: 'relaxedKernelsBase64',
    holds: 'The kernels with fused multiply-add',
    features: 'simd --enable relaxed-simd',
  },
  {
    folder: 'engine/assembly',
    entry: 'index.ts',
    target: 'engine/src/fused/javascript-kernels.ts',
    name: 'javascriptKernels',
    holds: 'The kernels in JavaScript,',
    features: 'simd',
    isJavaScript: true,
  },
  {
    folder: 'protocol/assembly',
    entry: 'masks.ts',
    target: 'protocol/src/kernels/masks-binary.ts',
    name: 'masksBase64',
    holds: 'The kernels of devices',
    features: 'simd',
  },
  {
    folder: 'protocol/assembly',
    entry: 'updates.ts',
    target: 'protocol/src/kernels/updates-binary.ts',
    name: 'updatesBase64',
    holds: 'The kernels of updates',
    features: 'simd',
  },
  {
    folder: 'protocol/assembly',
    entry: 'sums.ts',
    target: 'protocol/src/kernels/sums-binary.ts',
    name: 'sumsBase64',
    holds: 'The kernels of coordinators',
    features: 'simd',
  },
];

/**
 * The module that carries them, since a string reaches every bundler, worker and content security policy alike.
 * @param {Uint8Array} bytes
 * @param {typeof binaries[number]} binary
 */
function moduleOf(bytes, { folder, name, holds }) {
  const text = Buffer.from(bytes).toString('base64');
  return `// Made from ${folder} by \`npm run kernels\`.\n/** ${holds} as a WebAssembly module, in base64. */\nexport const ${name} =\n  '${text}';\n`;
}

await prepare();
const asked = process.argv.slice(2).filter(argument => argument !== '--check');
for (const binary of binaries) {
  const { folder, target } = binary;
  const isAsked = asked.length === 0 || asked.some(name => target === name || folder.startsWith(`${name}/`));
  if (!isAsked) continue;
  const isJavaScript = 'isJavaScript' in binary;
  const bytes = await compileKernels(binary, !isJavaScript).catch(error => stop(error.message));
  const text = Buffer.from(isJavaScript ? javascriptOf(bytes, binary) : moduleOf(bytes, binary));
  const made = new Map([[target, text]]);
  if (binary.module !== undefined) made.set(binary.module, Buffer.from(bytes));
  for (const [file, content] of made) {
    if (!process.argv.includes('--check')) writeFileSync(join(rootFolder, file), content);
    else if (!content.equals(readFileSync(join(rootFolder, file))))
      stop(`${file} is not what ${folder} compiles to; run npm run kernels.`);
  }
  say(`${target}: ${isJavaScript ? text.length : bytes.length} bytes.`);
}

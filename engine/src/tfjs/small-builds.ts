/**
 * Loads parts of TensorFlow.js in their minified builds on Node. The builds that npm names for Node are the
 * same code, with 4.4 MB of comments and of syntax from before 2015, and V8 keeps the text of the code it
 * runs: 2 bytes a character for the largest two.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** Version of TensorFlow.js that `src/tensorflow` is made of. */
const tfjsVersion = '4.22.0';

/** File of each part, as literals for tools that look for the files a program needs, and its name on npm. */
const builds = {
  core: { file: () => require.resolve('../tensorflow/core.cjs'), name: '@tensorflow/tfjs-core' },
  layers: { file: () => require.resolve('../tensorflow/layers.cjs'), name: '@tensorflow/tfjs-layers' },
  cpu: { file: () => require.resolve('../tensorflow/cpu.cjs'), name: '@tensorflow/tfjs-backend-cpu' },
  wasm: { file: () => require.resolve('../tensorflow/wasm.cjs'), name: '@tensorflow/tfjs-backend-wasm' },
};

/**
 * Loads the exports of a part. An app that has TensorFlow.js of npm in the same version shares it: the copy
 * that is loaded first is the only one of the process, so that there is one class of tensors and of layers.
 */
export function smallBuild(part: keyof typeof builds): Record<string, unknown> {
  // The other parts load the core.
  if (part !== 'core') smallBuild('core');
  const { file, name } = builds[part];
  const own = file();
  const theirs = placeOf(name);
  if (theirs === undefined) return require(own);
  require.cache[own] ??= require.cache[theirs];
  const loaded = require(own);
  require.cache[theirs] ??= require.cache[own];
  return loaded;
}

/** File that Node loads for a package; undefined unless it is installed in our version. */
function placeOf(name: string): string | undefined {
  try {
    return require(`${name}/package.json`).version === tfjsVersion ? require.resolve(name) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Loads packages of TensorFlow.js in their minified builds on Node. The builds that their manifests name for
 * Node are the same code, with 4.4 MB of comments and of syntax from before 2015, and V8 keeps the text of
 * the code it runs: 2 bytes a character for the largest two.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Path of a package's build for Node, and of its minified one; as literals, for tools that look for the files
 * a program needs.
 */
const builds = {
  core: {
    named: () => require.resolve('@tensorflow/tfjs-core'),
    minified: () => require.resolve('@tensorflow/tfjs-core/dist/tf-core.es2017.min.js'),
  },
  layers: {
    named: () => require.resolve('@tensorflow/tfjs-layers'),
    minified: () => require.resolve('@tensorflow/tfjs-layers/dist/tf-layers.es2017.min.js'),
  },
  cpu: {
    named: () => require.resolve('@tensorflow/tfjs-backend-cpu'),
    minified: () => require.resolve('@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js'),
  },
  wasm: {
    named: () => require.resolve('@tensorflow/tfjs-backend-wasm'),
    minified: () => require.resolve('@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js'),
  },
};

/**
 * Loads the exports of a package. A copy that this process has already loaded stays the only one, and later
 * imports by name get the minified build, so that an app with the whole of TensorFlow.js shares these parts.
 */
export function smallBuild(part: keyof typeof builds): Record<string, unknown> {
  // The other packages load the core by its name.
  if (part !== 'core') smallBuild('core');
  const { named, minified } = builds[part];
  const place = named();
  if (require.cache[place] === undefined) {
    const small = minified();
    require(small);
    require.cache[place] = require.cache[small];
  }
  return require(place);
}

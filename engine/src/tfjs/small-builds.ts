/**
 * Packages of TensorFlow.js in their minified builds on Node. The builds that their manifests name for Node are the same code, with 4.4 MB of
 * comments and of syntax from before 2015, and V8 keeps the text of what it runs: 2 bytes a character for the largest two.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Where a package's build for Node is, and how its minified one is loaded; as literals, for tools that look for the files a program needs. */
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
 * What a package exports. One that this process has loaded already stays the only copy of it, and whoever loads it later by its name gets the
 * minified build, so that an app that has the whole of TensorFlow.js shares these parts.
 */
export function smallBuild(part: keyof typeof builds): Record<string, unknown> {
  // The others look for the core by its name.
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

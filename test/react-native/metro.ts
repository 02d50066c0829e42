import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Stand for the packages of React Native, which weigh more than all of this repository's. */
const doubles = new Map(
  Object.entries({
    'react-native': 'react-native.ts',
    'react-native-webview': 'react-native-webview.ts',
    '@react-native-async-storage/async-storage': 'async-storage.ts',
    'react-native-get-random-values': 'get-random-values.ts',
    'react-native-url-polyfill/auto': 'url-polyfill.ts',
  }),
);

/** As much of Metro as is used here. */
interface Metro {
  runBuild(config: object, options: object): Promise<{ readonly code: string }>;
}
interface MetroConfig {
  getDefaultConfig(folder: string): Promise<object>;
  mergeConfig(base: object, more: object): object;
}
interface Resolution {
  resolveRequest(context: Resolution, name: string, platform: string): unknown;
}

/** The bundle of an example for Android as Metro makes it, of the sources of the packages. */
export async function metroBundle(example: string, out: string): Promise<string> {
  const metro = require('metro') as Metro;
  const { getDefaultConfig, mergeConfig } = require('metro-config') as MetroConfig;
  const folder = join(root, 'examples', example);
  const config = mergeConfig(await getDefaultConfig(folder), {
    projectRoot: folder,
    watchFolders: [root],
    cacheStores: [],
    maxWorkers: 1,
    reporter: { update() {} },
    resolver: {
      blockList: [/\/\.git\//, /\/dist\//, /\/test\/artifacts\//],
      sourceExts: ['ts', 'tsx', 'js', 'mjs', 'cjs', 'json'],
      unstable_enablePackageExports: true,
      unstable_conditionNames: ['murmuration-source', 'react-native'],
      resolveRequest(context: Resolution, name: string, platform: string) {
        const double = doubles.get(name);
        if (double) return { type: 'sourceFile', filePath: here(`./modules/${double}`) };
        return context.resolveRequest(context, name, platform);
      },
    },
    transformer: {
      babelTransformerPath: here('./metro-transformer.cjs'),
      asyncRequireModulePath: require.resolve('metro-runtime/src/modules/asyncRequire'),
    },
  });
  const { code } = await metro.runBuild(config, {
    entry: 'index.js',
    platform: 'android',
    dev: false,
    minify: false,
    out,
  });
  return code;
}

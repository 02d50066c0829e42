// Bundles of the sources for browsers and bare platforms, from a program that is given as text.
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { rootFolder } from './prepare.mjs';

/**
 * A bundle of `text`, as if it were the module `name` at the root of the repository.
 * @param {string} text
 * @param {{ name?: string, platform?: 'browser' | 'neutral', external?: RegExp[], instead?: Record<string, string> }} [options] `instead`: modules in
 *   the place of others
 */
export function bundleOf(text, { name = 'program', platform = 'browser', external = [], instead = {} } = {}) {
  const input = join(rootFolder, `${name}.js`);
  return rolldown({
    input,
    plugins: [
      {
        name: 'program',
        resolveId: id => (id === input ? id : undefined),
        load: id => (id === input ? text : undefined),
      },
    ],
    external,
    platform,
    resolve: {
      alias: instead,
      conditionNames: ['murmuration-source', 'browser', 'import', 'module', 'default'],
      mainFields: ['browser', 'module', 'main'],
    },
    logLevel: 'silent',
  });
}

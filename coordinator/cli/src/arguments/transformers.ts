import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { loadModule } from './load-module.ts';

/** Option of a command that runs models. */
export const transformerOption = [
  '-t, --transformer <name=module>',
  'for a model of this name, a module whose default export is a transformer; may be given several times',
  (text: string, before: readonly string[]) => [...before, text],
  [],
] as const;

/**
 * Loads transformers by the names of their models, from arguments such as `keyboard=./words.mjs`. Throws
 * `config.invalid`.
 */
export async function loadTransformers(
  given: readonly string[],
): Promise<Readonly<Record<string, Transformer>>> {
  const found: [string, Transformer][] = [];
  for (const argument of given) {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(argument) ?? [];
    if (name === undefined || path === undefined)
      throw new MurmurationError(
        'config.invalid',
        `--transformer: expected NAME=MODULE, found "${argument}".`,
      );
    const { default: transformer } = await loadModule(`transformer ${path}`, path);
    const { input, output } = (transformer ?? {}) as Partial<Transformer>;
    if (typeof input !== 'function' || typeof output !== 'function')
      throw new MurmurationError(
        'config.invalid',
        `The default export of ${path} is no transformer: an object with inputs, outputs, and the functions input and output.`,
      );
    found.push([name, transformer as Transformer]);
  }
  return Object.fromEntries(found);
}

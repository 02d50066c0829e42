import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { readSpace, type Space } from '@murmuration/simulations/spaces/space';

const maxSpaceBytes = 1_000_000;

/**
 * Loads a space from a JSON file, or from the default export of a module.
 * @throws `config.invalid`, saying what to do
 */
export async function loadSpace(name: string): Promise<Space> {
  const path = resolve(name);
  const size = await stat(path).then(
    entry => (entry.isFile() ? entry.size : undefined),
    () => undefined,
  );
  if (size === undefined)
    throw new MurmurationError(
      'config.invalid',
      `There is no file ${path}; give that of a space with --space.`,
    );
  if (size > maxSpaceBytes)
    throw new MurmurationError(
      'config.invalid',
      `${path} has ${size} bytes; a space has ${maxSpaceBytes} at most.`,
    );
  return readSpace(await contentOf(path), `The space ${name}`);
}

async function contentOf(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'));
    if (/\.[cm]?[jt]s$/.test(path))
      return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The space ${path} can't be read: ${messageOf(cause)}`, {
      cause,
    });
  }
  throw new MurmurationError(
    'config.invalid',
    `${path} is neither JSON nor a module; a space is a .json, .ts or .js file.`,
  );
}

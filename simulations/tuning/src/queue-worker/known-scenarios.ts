import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { catalogue } from '../command/catalogue.ts';
import type { StandingRun } from '../queue/standing.ts';

/**
 * Returns the scenarios that a worker may load, by the SHA-256 of their files: those of this package, and the
 * files that it was started with. A run can't make it load any other.
 * @throws `config.invalid` for an unreadable file
 */
export function knownScenarios(files: readonly string[]): ReadonlyMap<string, URL> {
  const own = catalogue.flatMap(each => (each.kind === 'federation' ? [each.file] : []));
  const given = files.map(file => pathToFileURL(resolve(file)));
  return new Map([...own, ...given].map(file => [digestOfFile(file), file]));
}

/**
 * Returns the file of a run's scenario.
 * @throws `config.invalid` for an unknown one
 */
export function fileOf(known: ReadonlyMap<string, URL>, { name, file }: StandingRun['scenario']): URL {
  const found = known.get(file);
  if (found) return found;
  throw new MurmurationError(
    'config.invalid',
    `this worker does not have the file of the scenario "${name}" as the run has it: name the same file behind the options of the worker`,
  );
}

function digestOfFile(file: URL): string {
  try {
    return hex(native.sha256(readFileSync(file)));
  } catch {
    throw new MurmurationError('config.invalid', `The scenario file ${file.pathname} can't be read.`);
  }
}

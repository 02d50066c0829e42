import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';

export interface StorageOptions {
  readonly storage?: string;
  readonly config?: string;
}

/** Adds the options that name where a coordinator keeps its state. */
export function storageOptions(command: Command): Command {
  return command
    .option(
      '-s, --storage <place>',
      'storage folder, or address of a database (default: that of the configuration)',
    )
    .option(
      '-c, --config <file>',
      'configuration file (JSON); environment variables MURMURATION_… override it',
    );
}

/** Returns the storage folder. Throws `config.invalid` if none is named. */
export async function storageFolder({ storage, config }: StorageOptions): Promise<string> {
  const folder =
    storage ?? (config === undefined ? process.env.MURMURATION_STORAGE : await storageOf(config));
  if (!folder)
    throw new MurmurationError(
      'config.invalid',
      'No storage folder is named; use --storage, the field "storage" of the configuration, or MURMURATION_STORAGE.',
    );
  return folder;
}

async function storageOf(config: string): Promise<string | null | undefined> {
  const { loadConfig } = await import('@murmuration/coordinator/assembly/config');
  return (await loadConfig(config, process.env)).storage;
}

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files in a folder; links are not followed. */
export function directoryBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? directoryBytes(path) : entry.isFile() ? lstatSync(path).size : 0);
  }, 0);
}

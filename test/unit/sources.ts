import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Folders that are made: what runs beside a test may write there, and take away what was just listed. */
const made = new Set(['artifacts', 'dist', 'node_modules']);

/** The text of every source in these folders of the repository, by path from its root. */
export function readSources(folders: readonly string[]): Map<string, string> {
  // The kernels are written in AssemblyScript, which has rules of its own for imports.
  const isSource = (path: string): boolean => /\.(tsx?|mjs)$/.test(path) && !/^[^/]+\/assembly\//.test(path);
  const paths = folders.flatMap(filesIn).filter(isSource);
  return new Map(paths.map(path => [path, readFileSync(root + path, 'utf8')]));
}

function filesIn(folder: string): string[] {
  return readdirSync(root + folder, { withFileTypes: true }).flatMap(entry => {
    const path = posix.join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return made.has(entry.name) ? [] : filesIn(path);
  });
}

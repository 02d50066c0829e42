import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The text of every source in these folders of the repository, by path from its root. */
export function readSources(folders: readonly string[]): Map<string, string> {
  const paths = folders.flatMap(folder =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map(path =>
      posix.join(folder, path.replaceAll('\\', '/')),
    ),
  );
  // The kernels are written in AssemblyScript, which has rules of its own for imports.
  const isSource = (path: string): boolean =>
    /\.(tsx?|mjs)$/.test(path) && !/(^[^/]+\/assembly|(^|\/)(dist|node_modules))\//.test(path);
  return new Map(paths.filter(isSource).map(path => [path, readFileSync(root + path, 'utf8')]));
}

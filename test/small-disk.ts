import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small file system in memory, where this machine lets us mount one. */
export function mountSmall(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-small-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]);
  if (status === 0) return folder;
  rmdirSync(folder);
  return undefined;
}

export function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder]);
  rmdirSync(folder);
}

const probe = process.platform === 'linux' ? mountSmall() : undefined;
if (probe) unmount(probe);
/** Whether this machine lets us mount one. */
export const canMount = probe !== undefined;

/** Takes every byte that is left. */
export async function fill(folder: string): Promise<void> {
  for (let size = 1 << 20; size >= 1; size >>= 1)
    for (let i = 0; ; i++) {
      const failed = await writeFile(join(folder, `filler-${size}-${i}`), new Uint8Array(size)).catch(
        () => true,
      );
      if (failed) break;
    }
}

export async function unfill(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.startsWith('filler')) await rm(join(folder, name));
}

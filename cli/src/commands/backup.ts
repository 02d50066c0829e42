import type { Command } from 'commander';
import { storageFolder, storageOptions } from '../arguments/storage-folder.ts';
import { say } from '../output/output.ts';

/** `murmuration backup DIR` and `murmuration restore DIR`. */
export function backupCommands(program: Command): void {
  storageOptions(
    program
      .command('backup')
      .description('copy the storage of a coordinator, which may be running, and verify the copy')
      .argument('<folder>', 'the folder for the copy; empty or not yet there'),
  ).action(async (to: string, options) => {
    const from = await storageFolder(options);
    const { backUp } = await import('@murmuration/coordinator/storage/backup');
    say(`Backed up ${describe(await backUp(from, to))} from ${from} to ${to}`);
  });

  storageOptions(
    program
      .command('restore')
      .description('restore a backup into a storage folder that is empty or not yet there, and verify it')
      .argument('<folder>', 'the backup'),
  ).action(async (backup: string, options) => {
    const to = await storageFolder(options);
    const { restore } = await import('@murmuration/coordinator/storage/backup');
    say(`Restored ${describe(await restore(backup, to))} from ${backup} to ${to}`);
  });
}

function describe({ versions, files, bytes }: { versions: number; files: number; bytes: number }): string {
  return `${versions} model versions, ${files} files, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

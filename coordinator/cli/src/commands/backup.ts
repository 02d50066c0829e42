import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Copied } from '@murmuration/storage/folder/backup';
import type { Command } from 'commander';
import { type StorageOptions, storageFolder, storageOptions } from '../arguments/storage-folder.ts';
import { say } from '../output/output.ts';

interface RestoreOptions extends StorageOptions {
  readonly key?: string;
  readonly unverified?: boolean;
}

/** Adds `murmuration backup DIR` and `murmuration restore DIR`. */
export function backupCommands(program: Command): void {
  storageOptions(
    program
      .command('backup')
      .description('copy the storage of a coordinator, which may be running, and verify the copy')
      .argument('<folder>', 'the folder for the copy; empty or not yet there'),
  ).action(async (to: string, options) => {
    const from = await storageFolder(options);
    const { backUp } = await import('@murmuration/storage/folder/backup');
    say(`Backed up ${describe(await backUp(from, to))} from ${from} to ${to}`);
    say(
      `Keep a copy of ${from}/backup.key elsewhere, apart from the backups: restore asks for it, and by it sees that nobody has changed them.`,
    );
  });

  storageOptions(
    program
      .command('restore')
      .description('restore a backup into a storage folder that is empty or not yet there, and verify it')
      .argument('<folder>', 'the backup')
      .option('-k, --key <file>', 'the backup.key of the storage that the backup is of')
      .option('--unverified', 'without the key: whatever somebody has changed in the backup is taken over'),
  ).action(async (backup: string, options: RestoreOptions) => {
    const to = await storageFolder(options);
    const key = await keyIn(options);
    const { restore } = await import('@murmuration/storage/folder/backup');
    const copied = await restore(backup, to, key);
    say(`Restored ${describe(copied)} from ${backup} to ${to}`);
    if (!key)
      say(
        'Nothing shows that the backup is what was backed up: compare the admins ("murmuration tokens"), the audit entries and the steps with what you know.',
      );
  });
}

async function keyIn({ key: file, unverified }: RestoreOptions): Promise<Uint8Array | undefined> {
  if (file === undefined && unverified) return undefined;
  const { readKey } = await import('@murmuration/storage/folder/backup-key');
  const key = file === undefined ? undefined : await readKey(file);
  if (key) return key;
  throw new MurmurationError(
    'config.invalid',
    `${file === undefined ? 'No key of the backup is named' : `There is no ${file}`}; name the backup.key of the storage that it is of by --key, or go without by --unverified.`,
  );
}

function describe({ versions, files, bytes, admins, auditEntries, ledgerSteps }: Copied): string {
  const size = (bytes / 2 ** 20).toFixed(1);
  return `${versions} model versions, ${files} files, ${size} MiB; ${admins} admins, ${auditEntries} audit entries, ${ledgerSteps} steps of privacy ledgers`;
}

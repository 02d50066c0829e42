import { join } from 'node:path';
import { layout } from '@murmuration/storage/folder/folder';
import { openDatabase } from '@murmuration/storage/rows/open';
import { describe, expect, it } from 'vitest';
import { durableStoresContract } from '../../../../contract/durable-stores.ts';
import { storageFolders } from '../folders.ts';

const { open, reopen, current } = storageFolders();

durableStoresContract('a folder', () => open(), reopen);

describe('the audit log of a folder', () => {
  it('can’t be changed nor shortened, not even by whoever writes to its database', async () => {
    const { audit } = await open();
    await audit.append({
      time: 1,
      actor: { id: 'a', name: 'Ada' },
      action: 'task.pause',
      subject: 'keyboard',
      outcome: 'done',
      changes: null,
    });
    const { rows, close } = await openDatabase(join(current(), layout.database));
    await expect(rows.updateTable('audit').set({ actor_name: 'Eve' }).execute()).rejects.toThrow(
      /only grows/,
    );
    await expect(rows.deleteFrom('audit').execute()).rejects.toThrow(/only grows/);
    await close();
    expect(await audit.list(9, 9)).toMatchObject([{ actor: { name: 'Ada' } }]);
  });
});

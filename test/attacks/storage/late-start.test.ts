import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { afterEach, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineTask } from '../../e2e/line.ts';
import { PackedProcess } from '../../e2e/processes.ts';

const folders: string[] = [];
const running: PackedProcess[] = [];
afterEach(async () => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A storage folder that a coordinator has used, and has let go of in the middle of a round. */
async function usedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-late-start-'));
  folders.push(folder);
  const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], storage: folder });
  const coordinator = await createCoordinator(config, [lineTask()]);
  const begun = eventOf(coordinator.events, 'round');
  await coordinator.start();
  await begun;
  await coordinator.stop();
  return folder;
}

async function query(folder: string, sql: string, parameters: readonly unknown[] = []) {
  const connection = await Connection.open(join(folder, 'murmuration.db'), { busyTimeout: 0 });
  try {
    return await connection.query(sql, parameters);
  } finally {
    connection.close();
  }
}

/** Overwrites the first pages of a table and of its indexes with what is no page. */
async function damage(folder: string, table: string): Promise<void> {
  const { rows } = await query(folder, 'select rootpage from sqlite_master where tbl_name = ?', [table]);
  const { rows: sizes } = await query(folder, 'pragma page_size');
  const size = sizes[0]!.page_size as number;
  const file = await open(join(folder, 'murmuration.db'), 'r+');
  for (const { rootpage } of rows)
    await file.write(new Uint8Array(size).fill(0xee), 0, size, ((rootpage as number) - 1) * size);
  await file.close();
}

function serve(folder: string): PackedProcess {
  const program = new PackedProcess('coordinator/cli/src/cli.ts', ['serve', 'test/e2e/line-task.ts'], {
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
    MURMURATION_STORAGE: folder,
    MURMURATION_PORT: '0',
  });
  running.push(program);
  return program;
}

describe('a start on a storage whose damage shows late', () => {
  it.each(['devices', 'journal', 'documents'])(
    'ends, with what is wrong and an exit code, where the pages of the table %s are damaged',
    async table => {
      const folder = await usedFolder();
      await damage(folder, table);
      const program = serve(folder);
      expect(await program.ended()).toBe(1);
      expect(program.errors).toContain('murmuration.db');
      expect(program.errors).toMatch(/malformed|damaged/);
      expect(program.output).not.toContain('listens on');
    },
    30_000,
  );

  it('ends where the sum of a round under way is a folder', async () => {
    const folder = await usedFolder();
    const { rows } = await query(folder, 'select round from rounds_under_way');
    await mkdir(join(folder, 'rounds', `${rows[0]!.round}.0`));
    const program = serve(folder);
    expect(await program.ended()).toBe(1);
    expect(program.errors).toContain(`checkpoint of the round ${rows[0]!.round}`);
  });
});

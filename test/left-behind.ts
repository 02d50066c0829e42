import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { sql } from 'kysely';

/** A new temporary folder with what an older version left behind, such as `0.2.0/left`; `fixtures/README.md` says what that is. */
export async function leftBehind(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-left-'));
  const packed = fileURLToPath(new URL(`fixtures/${name}.tar.gz`, import.meta.url));
  const { status, stderr } = spawnSync('tar', ['-xzf', packed, '-C', folder, '--no-same-owner'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${packed} can't be unpacked: ${stderr}`);
  return folder;
}

/** Fills an empty database of PostgreSQL with what pg_dump wrote, whose values have no semicolon at the end of a line. */
export async function runDump(address: string, dump: string): Promise<void> {
  const { rows, close } = await openPostgresql(address, { connections: 1 });
  try {
    for (const statement of dump.split(/;\n/)) await sql.raw(statement).execute(rows);
  } finally {
    await close();
  }
}

/** The machine's clock, set back: it shows `time` (ms since 1970) now. */
export function clockFrom(time: number): Clock {
  const behind = systemClock.now() - time;
  return {
    now: () => systemClock.now() - behind,
    at: (due, wake) => systemClock.at(due + behind, wake),
  };
}

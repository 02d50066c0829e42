// @module-tag postgresql
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { isOutage } from '@murmuration/rounds/rounds/until-stored';
import { openSql } from '@murmuration/sql/database/database';
import { takeAdvisoryLock } from '@murmuration/sql/postgresql/advisory-lock';
import { minKeptMs } from '@murmuration/sql/postgresql/keep-alives';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlDatabaseContract } from '../../contract/sql-database.ts';
import { PostgresqlServer } from '../../postgresql-server.ts';

let server: PostgresqlServer;
let address: string;
beforeAll(async () => {
  server = await PostgresqlServer.start();
});
afterAll(() => server?.remove());

sqlDatabaseContract(
  'PostgreSQL',
  async () => {
    address = await server.emptyDatabase();
    return openSql(address);
  },
  () => openSql(address),
);

describe('an address of PostgreSQL', () => {
  const refusal = async (given: string) => {
    const error = await openSql(given).then(
      database => database.close(),
      (error: unknown) => error,
    );
    return error as { code: string; detail: string };
  };

  it.each([
    [
      'a wrong password',
      () => server.address('postgres', { secret: 'nonsense' }),
      /password authentication failed/,
    ],
    ['a database that is not there', () => server.address('nothing'), /database "nothing" does not exist/],
  ])('says who refuses what for %s, without the password', async (_, given, text) => {
    const { code, detail } = await refusal(given());
    expect(code).toBe('config.invalid');
    expect(detail).toMatch(text);
    expect(detail).toMatch(/postgres:\/\/tester@127\.0\.0\.1:\d+\//);
    expect(detail).not.toMatch(/secret|nonsense/);
  });

  it('needs no password where PGPASSWORD has it', async () => {
    const { href, password } = withoutPassword(server.address('postgres'));
    const before = process.env.PGPASSWORD;
    try {
      delete process.env.PGPASSWORD;
      expect((await refusal(href)).detail).toMatch(/password/);
      process.env.PGPASSWORD = password;
      const { close } = await openSql(href);
      await close();
    } finally {
      if (before === undefined) delete process.env.PGPASSWORD;
      else process.env.PGPASSWORD = before;
    }
  });

  it('says so where nobody listens', async () => {
    const { code, detail } = await refusal('postgres://tester:hidden@127.0.0.1:9/postgres');
    expect(code).toBe('storage.failed');
    expect(detail).toMatch(/can't be reached: .*ECONNREFUSED/);
    expect(detail).not.toContain('hidden');
  });

  describe('of a server that is too slow', () => {
    const open = (options: { connections?: number; patience?: number } = {}) =>
      openPostgresql<unknown>(server.address('postgres'), { connections: 1, ...options });
    const nap = sql`select pg_sleep(4)`;
    const look = sql<{ one: number }>`select 1 as one`;
    const failure = (work: Promise<unknown>) =>
      work.then(
        () => expect.unreachable(),
        (error: unknown) => error as MurmurationError,
      );

    it('says within which time it did not answer, and goes on once it does', async () => {
      // A busy machine takes its time to connect.
      const { rows, close } = await open({ patience: 1_000 });
      try {
        await look.execute(rows);
        const error = await failure(nap.execute(rows));
        expect(error).toMatchObject({ code: 'storage.slow', retryable: true });
        expect(error.detail).toMatch(
          /^The database postgres:\/\/tester@127\.0\.0\.1:\d+\/\S* did not answer a statement within 1 s\. It is overloaded, .*pg_stat_activity/,
        );
        expect(error.detail).not.toMatch(/reached|timeout|running|secret/);
        expect(isOutage(error)).toBe(true);
        expect((await look.execute(rows)).rows).toEqual([{ one: 1 }]);
      } finally {
        await close();
      }
    });

    it('says so where the server itself ends the statement', async () => {
      const { rows, close } = await open();
      try {
        await sql`set statement_timeout = 100`.execute(rows);
        const error = await failure(nap.execute(rows));
        expect(error).toMatchObject({
          code: 'storage.slow',
          retryable: true,
          detail: expect.stringContaining('statement_timeout'),
        });
        expect((await look.execute(rows)).rows).toEqual([{ one: 1 }]);
      } finally {
        await close();
      }
    });

    it('says so where all connections are at work', async () => {
      const { rows, close } = await open({ patience: 1_500 });
      try {
        await rows.transaction().execute(async () => {
          const error = await failure(look.execute(rows));
          expect(error).toMatchObject({ code: 'storage.slow', retryable: true });
          expect(error.detail).toMatch(
            /^The only connection of this process to the database \S+ was at work for 1\.5 s\. /,
          );
        });
        expect((await look.execute(rows)).rows).toEqual([{ one: 1 }]);
      } finally {
        await close();
      }
    });
  });

  it('is refused where it is none', async () => {
    const { code, detail } = await refusal('postgres://tester:hidden@:x/');
    expect(code).toBe('config.invalid');
    expect(detail).not.toContain('hidden');
  });

  it('gives dates as the server writes them, and numbers without loss', async () => {
    const database = await openSql(await server.freshDatabase());
    try {
      const { rows } =
        await sql`select date '2026-01-31' as day, 12345678901234567890.5::numeric as exact, 42::bigint as count, array[1.5, 2]::float8[] as list`.execute(
          database.rows,
        );
      expect(rows).toEqual([
        { day: '2026-01-31', exact: '12345678901234567890.5', count: 42, list: [1.5, 2] },
      ]);
    } finally {
      await database.close();
    }
  });

  it('takes one statement in a query, whatever its text says', async () => {
    const database = await openSql(await server.freshDatabase());
    try {
      await expect(sql`select 1; select 2`.execute(database.rows)).rejects.toThrow(/multiple commands/);
    } finally {
      await database.close();
    }
  });

  it('goes on once a server that was away is back', async () => {
    const database = await openSql(server.address('postgres'));
    const look = () => sql<{ one: number }>`select 1 as one`.execute(database.rows);
    try {
      await look();
      await server.stop();
      await expect(look()).rejects.toMatchObject({ code: 'storage.failed', retryable: true });
      await server.startAgain();
      await expect
        .poll(() =>
          look().then(
            ({ rows }) => rows,
            () => [],
          ),
        )
        .toEqual([{ one: 1 }]);
    } finally {
      await database.close();
    }
  });
});

function withoutPassword(address: string): { href: string; password: string } {
  const url = new URL(address);
  const password = decodeURIComponent(url.password);
  url.password = '';
  return { href: url.href, password };
}

describe('a connection to PostgreSQL', () => {
  it('is ended by the server within a quarter of a minute where it carries nothing any more', async () => {
    const { rows, close } = await openPostgresql<unknown>(server.address('postgres'));
    const lock = await takeAdvisoryLock(server.address('postgres'), 1, { clock: new VirtualClock(0) });
    const { rows: found } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings where name like 'tcp\\_%' order by name`.execute(rows);
    const { tcp_keepalives_idle, tcp_keepalives_interval, tcp_keepalives_count, tcp_user_timeout } =
      Object.fromEntries(found.map(({ name, setting }) => [name, Number(setting)]));
    expect(tcp_keepalives_idle! + tcp_keepalives_interval! * tcp_keepalives_count!).toBeLessThanOrEqual(15);
    expect(tcp_user_timeout).toBeLessThanOrEqual(15_000);
    expect(tcp_user_timeout).toBeGreaterThan(0);
    // A question can have been asked when the last packet came through: those after it are what is left.
    expect(minKeptMs).toBe(1_000 * tcp_keepalives_interval! * tcp_keepalives_count!);
    await lock!.release();
    await close();
  });

  it('is given up where an answer takes longer than the patience with it, and the next statement has another one', async () => {
    const { rows, close } = await openPostgresql<unknown>(server.address('postgres'), {
      connections: 1,
      patience: 1_000,
    });
    await expect(sql`select pg_sleep(60)`.execute(rows)).rejects.toMatchObject({ code: 'storage.slow' });
    const { rows: found } = await sql<{ one: number }>`select 1 as one`.execute(rows);
    expect(found).toEqual([{ one: 1 }]);
    await close();
  });
});

/** A way to the server of which a test decides what it carries: bytes of each direction, connection by connection. */
async function openWay() {
  const ways: { readonly up: Socket; readonly down: Socket }[] = [];
  const door = createServer(down => {
    const { port, hostname } = new URL(server.address('postgres'));
    const up = connect(Number(port), hostname);
    ways.push({ up, down });
    for (const [from, to] of [
      [up, down],
      [down, up],
    ] as const) {
      from.on('error', () => {}).on('data', bytes => void to.write(bytes));
      from.on('close', () => to.destroy());
    }
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const url = new URL(server.address('postgres'));
  url.port = String((door.address() as AddressInfo).port);
  return {
    address: url.href,
    ways,
    close() {
      for (const { up, down } of ways) {
        up.destroy();
        down.destroy();
      }
      door.close();
    },
  };
}

describe('an advisory lock whose connection is disturbed', () => {
  const state = async (key: number) => {
    const { rows, close } = await openPostgresql<unknown>(server.address('postgres'));
    const { rows: found } = await sql<{ pid: number; state: string; asked: string }>`
      select pid, state, query_start as asked from pg_stat_activity
      where pid in (select pid from pg_locks where locktype = 'advisory' and objid = ${key} and granted)`.execute(
      rows,
    );
    await close();
    return found[0];
  };

  it('is not taken for its own by an answer that was long on its way', async () => {
    const way = await openWay();
    const clock = new VirtualClock(0);
    const lock = (await takeAdvisoryLock(way.address, 11, { clock }))!;
    const [{ up, down }] = way.ways as [{ up: Socket; down: Socket }];
    const outcome = (asked: Promise<void>) =>
      asked.then(
        () => 'its own',
        error => error.code,
      );
    const before = await state(11);
    up.pause();
    const first = outcome(lock.confirm(2_000));
    await expect
      .poll(async () => {
        const now = await state(11);
        return now?.state === 'idle' && now.asked !== before?.asked;
      })
      .toBe(true);
    // The server hears nothing from now on, and begins to count.
    down.pause();
    await clock.advance(2_000);
    expect(await first).toBe('storage.failed');
    await clock.advance(4_000);
    const second = outcome(lock.confirm(2_000));
    let told: string | undefined;
    void second.then(is => {
      told = is;
    });
    const arrived = once(up, 'data');
    up.resume();
    await arrived;
    await state(11);
    await state(11);
    expect(told).toBeUndefined();
    await clock.advance(2_000);
    expect(await second).toBe('storage.failed');
    await lock.release();
    way.close();
  });

  it('is taken on a third connection where the second falls silent as it asks', async () => {
    const way = await openWay();
    const clock = new VirtualClock(0);
    const lock = (await takeAdvisoryLock(way.address, 13, { clock }))!;
    const { pid } = (await state(13))!;
    process.kill(pid, 'SIGTERM');
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        const second = way.ways[1];
        second?.down.on('data', bytes => {
          if (bytes.includes('pg_try_advisory_lock')) second.up.pause();
        });
        return way.ways.length;
      })
      .toBe(2);
    // It is given up after the ten seconds that an answer may take, and another one is made a second later.
    await expect
      .poll(async () => {
        if (way.ways.length < 3) await clock.advance(1_000);
        return lock.confirm(2_000).then(
          () => 'its own',
          () => 'not yet',
        );
      })
      .toBe('its own');
    expect(way.ways).toHaveLength(3);
    await lock.release();
    way.close();
  });

  it('is taken again once the server must have ended a connection that carries nothing, without a word of that', async () => {
    const way = await openWay();
    const clock = new VirtualClock(0);
    const lock = (await takeAdvisoryLock(way.address, 12, { clock }))!;
    const [{ up, down }] = way.ways as [{ up: Socket; down: Socket }];
    const { pid } = (await state(12))!;
    up.pause();
    down.pause();
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => state(12)).toBeUndefined();
    for (let asked = 0; asked < 7; asked++) {
      const confirmed = lock.confirm(2_000).catch(error => error.code);
      await clock.advance(2_000);
      expect(await confirmed).toBe('storage.failed');
    }
    expect(way.ways).toHaveLength(1);
    const last = lock.confirm(2_000).catch(error => error.code);
    await clock.advance(2_000);
    expect(await last).toBe('storage.failed');
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return lock.confirm(2_000).then(
          () => 'its own',
          () => 'not yet',
        );
      })
      .toBe('its own');
    expect(way.ways).toHaveLength(2);
    await lock.release();
    way.close();
  });
});

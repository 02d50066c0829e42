import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepWatchdog } from '@murmuration/cli/serve/watchdog';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let clock: VirtualClock;
let failures: Error[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
  clock = new VirtualClock(0);
  failures = [];
  // Stands in for the one of systemd.
  const program = join(folder, 'systemd-notify');
  await writeFile(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $1" >> ${join(folder, 'said')}\n`);
  await chmod(program, 0o755);
});
afterEach(() => rm(folder, { recursive: true }));

const said = async () =>
  (await readFile(join(folder, 'said'), 'utf8').catch(() => '')).split('\n').slice(0, -1);

const begin = (env: NodeJS.ProcessEnv) =>
  keepWatchdog({
    env: { PATH: `${folder}:/usr/bin:/bin`, NOTIFY_SOCKET: '/run/notify', ...env },
    clock,
    failed: error => failures.push(error),
  });

describe.runIf(process.platform !== 'win32')('the watchdog of systemd', () => {
  it('is told twice in the time that it waits that the main thread goes on, until that ends', async () => {
    const end = begin({ WATCHDOG_USEC: '20000000', WATCHDOG_PID: String(process.pid) });
    await expect.poll(said).toEqual(['/run/notify WATCHDOG=1']);
    await clock.advance(20_000);
    await expect.poll(said).toEqual(Array(3).fill('/run/notify WATCHDOG=1'));
    end();
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['it does not wait', {}],
    ['it waits for another process', { WATCHDOG_USEC: '20000000', WATCHDOG_PID: '1' }],
    ['it has no socket', { WATCHDOG_USEC: '20000000', NOTIFY_SOCKET: '' }],
  ])('is told nothing where %s', async (_, env) => {
    begin(env);
    expect(clock.pending).toBe(0);
  });

  it('has it said once where there is no systemd-notify', async () => {
    begin({ WATCHDOG_USEC: '20000000', PATH: join(folder, 'nowhere') });
    await clock.advance(60_000);
    await expect.poll(() => failures.length).toBe(1);
    expect(failures[0]!.message).toContain('systemd-notify');
  });

  it('is asked for by the unit, in 20 s', async () => {
    const unit = await readFile('deploy/systemd/murmuration.service', 'utf8');
    expect(unit).toMatch(/^WatchdogSec=20$/m);
    // What says so is a process that the service has started.
    expect(unit).toMatch(/^NotifyAccess=all$/m);
  });
});

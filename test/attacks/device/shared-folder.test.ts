import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import { fileStorage } from '@murmuration/client-sdk/storage/file';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCoordinator } from '../../e2e/line.ts';
import { PackedProcess } from '../../e2e/processes.ts';
import { deviceOn, StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf, MemoryCoordinator } from '../../unit/client-sdk/memory-coordinator.ts';

const program = 'test/attacks/device/client-process.ts';
const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };
const never = new AbortController().signal;

let folder: string;
let coordinator: Coordinator | undefined;
let processes: PackedProcess[];

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'murmuration-')), 'device');
  processes = [];
});

afterEach(async () => {
  for (const { child } of processes) child.kill('SIGKILL');
  await Promise.all(processes.map(each => each.ended()));
  await coordinator?.stop();
  coordinator = undefined;
  await rm(join(folder, '..'), { recursive: true, force: true });
});

/** A process with a client on the folder; the coordinator is there for all of them. */
async function clientProcess(): Promise<PackedProcess> {
  coordinator ??= await openCoordinator();
  const started = new PackedProcess(program, [coordinator.url, folder]);
  processes.push(started);
  return started;
}

describe('two processes that share the folder of a device', () => {
  it('never act as one device at once: the second waits, and follows after kill -9', async () => {
    const first = await clientProcess();
    await first.printed(/^connected$/m);
    const second = await clientProcess();
    await second.printed(/^standby$/m);
    // Suspended, it is still there, and may go on at any moment.
    first.child.kill('SIGSTOP');
    const third = await clientProcess();
    await third.printed(/^standby$/m);
    expect([second.output, third.output]).toEqual(['standby\n', 'standby\n']);
    first.child.kill('SIGKILL');
    await Promise.race([second.printed(/^connected$/m), third.printed(/^connected$/m)]);
    const [next, last] = second.output.includes('active') ? [second, third] : [third, second];
    expect([next!.output, last!.output]).toEqual(['standby\nactive\nconnected\n', 'standby\n']);
    // A restart that overlaps: the one before is still stopping.
    next!.child.kill('SIGTERM');
    await last!.printed(/^connected$/m);
    expect(await next!.ended()).toBe(0);
    expect(next!.output).toContain('stopped');
  });
});

describe('two clients of one process that share a folder', () => {
  /** A client on the folder, by a storage of its own, and the roles that it plays. */
  function client() {
    const roles: string[] = [];
    const memory = new MemoryCoordinator(new VirtualClock());
    const made = new PlatformClient(
      {
        url: 'http://memory.localhost',
        tasks: { keyboard: { examples: () => ['a'], trainer: new StillTrainer() } },
        storage: fileStorage(folder),
        enrolment: 'a token',
        consent: 'not-needed',
      },
      { ...nodePlatform, transport: () => memory },
    );
    made.on('role', role => roles.push(role));
    return { made, roles, memory };
  }

  it('take turns', async () => {
    const [first, second] = [client(), client()];
    await first.made.start();
    await second.made.start();
    expect([first.roles, second.roles]).toEqual([['active'], ['standby']]);
    expect([first.memory.isOpen, second.memory.isOpen]).toEqual([true, false]);
    const active = new Promise(resolve => second.made.on('role', resolve));
    await first.made.stop();
    expect(await active).toBe('active');
    await second.made.stop();
  });
});

describe('a folder that is claimed', () => {
  it('is free where a client before died, however many have, and left its sockets', async () => {
    const first = await clientProcess();
    await first.printed(/^connected$/m);
    first.child.kill('SIGKILL');
    await first.ended();
    expect((await readdir(folder)).filter(name => name.startsWith('.claim-'))).toHaveLength(1);
    const release = await fileStorage(folder).claim(never, () =>
      expect.unreachable('It waits for the dead.'),
    );
    expect((await readdir(folder)).filter(name => name.startsWith('.claim-'))).toHaveLength(1);
    release();
    expect((await readdir(folder)).filter(name => name.startsWith('.'))).toEqual([]);
  });

  it('is claimed by whatever way it is reached, and however long its path is', async () => {
    const deep = join(folder, ...Array.from({ length: 12 }, (_, i) => `${i}`.padStart(20, 'x')));
    await mkdir(deep, { recursive: true });
    const release = await fileStorage(deep).claim(never);
    const others = [join(deep, '..', deep.split('/').at(-1)!), `${deep}/`];
    for (const other of others) {
      const stop = new AbortController();
      const claim = fileStorage(other).claim(stop.signal, () => stop.abort(new Error('it waits')));
      await expect(claim).rejects.toThrow('it waits');
    }
    release();
    (await fileStorage(deep).claim(never))();
  });

  it('is not had by two at once where a socket is taken for a dead one while it is made', async () => {
    // The rest of a process that died between making its socket and showing it.
    await mkdir(folder, { recursive: true });
    const rest = createServer();
    await new Promise<void>(resolve => rest.listen(join(folder, '.opening-0'), resolve));
    const release = await fileStorage(folder).claim(never);
    const stop = new AbortController();
    const second = fileStorage(folder).claim(stop.signal, () => stop.abort(new Error('it waits')));
    await expect(second).rejects.toThrow('it waits');
    release();
    await new Promise(resolve => rest.close(resolve));
  });
});

describe('a session that another client has stored', () => {
  /** A device on the folder that gets the assignment, of a coordinator that lies to each about the other. */
  async function assigned(on: string, seed: number) {
    const clock = new VirtualClock();
    const lying = new MemoryCoordinator(clock);
    const tasks = { keyboard: { examples: () => ['a'], trainer: new StillTrainer() } };
    const device = deviceOn(lying, clock, fileStorage(on), tasks, seed);
    await device.client.start();
    lying.connect();
    await settled(() => lying.asked.hello.length > 0);
    lying.send('assignment', assignmentOf(clock, 'r1', { masking }));
    return { ...device, lying };
  }

  /** Files take turns of the event loop that no virtual clock counts. */
  async function settled(done: () => boolean): Promise<void> {
    while (!done()) await new Promise(resolve => setImmediate(resolve));
  }

  it('R1: is never masked by a copy of the folder: that leaves the round, and sends no keys', async () => {
    const first = await assigned(folder, 1);
    await settled(() => first.lying.asked.keys.length > 0);
    const copy = `${folder}-copy`;
    await cp(folder, copy, { recursive: true, filter: name => !/\.(claim|opening|new)-/.test(name) });
    const second = await assigned(copy, 2);
    await settled(() => second.lying.asked.leave.length > 0);
    expect(second.lying.asked.leave).toMatchObject([{ reason: 'round.begun' }]);
    expect(second.lying.asked.keys).toEqual([]);
    await second.client.stop();
    await first.client.stop();
  });

  it('R1: holds no secret of masks, in any file', async () => {
    const { client, lying } = await assigned(folder, 1);
    await settled(() => lying.asked.keys.length > 0);
    const session = await fileStorage(folder).get('session.keyboard');
    // The assignment, and two parts of no bytes.
    expect(Buffer.from(session!.subarray(-8)).toString('hex')).toBe('0000000000000000');
    await client.stop();
  });
});

import { createHash, createHmac } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ChainKind } from '@murmuration/serving/request-log/files/chain';
import { logFiles } from '@murmuration/serving/request-log/files/folder';
import type { KnownLine } from '@murmuration/serving/request-log/files/verify';
import { keyBeside } from '@murmuration/serving/request-log/key';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackedProcess } from '../../../../e2e/processes.ts';
import { eventOf, eventsOf, key, LogFolder } from './log-folder.ts';

const chained: readonly Exclude<ChainKind, 'off'>[] = ['open', 'keyed'];
let world: LogFolder;
let known: KnownLine;
let original: string[][];

/** Four files of a few lines each. */
async function write(chain: ChainKind): Promise<void> {
  const log = await world.open({ chain, size: 1_500, anchor: world.anchor });
  for (let i = 0; i < 16; i += 4) await log.write(eventsOf(i, i + 4, i === 4 ? 'Ada' : undefined));
  await log.close();
  known = JSON.parse(await readFile(world.anchor, 'utf8'));
  original = await world.lines();
  expect(original.length).toBeGreaterThanOrEqual(3);
  expect((await world.verify(chain, known)).problem).toBeNull();
}

beforeEach(async () => {
  world = await LogFolder.create();
});

afterEach(() => world.remove());

type Files = string[][];

/** Ways in which somebody changes a log without its key, each at a place. */
const attacks: Record<string, (files: Files, at: number) => Files> = {
  'a changed character': (files, at) =>
    onLine(files, at, line => {
      const place = at % line.length;
      const other = line[place] === 'x' ? 'y' : 'x';
      return [line.slice(0, place) + other + line.slice(place + 1)];
    }),
  'a changed word': (files, at) =>
    onLine(files, at, line => [line.replace(/request|opened/, word => word.toUpperCase())]),
  'a line that is gone': (files, at) => onLine(files, at, () => []),
  'a line that stands twice': (files, at) => onLine(files, at, line => [line, line]),
  'a line that is added': (files, at) =>
    onLine(files, at, line => [line, line.replace(/"id":"[^"]*"/, '"id":"forged"')]),
  'two lines that changed places': (files, at) => {
    const file = files[at % files.length]!;
    const place = at % (file.length - 1);
    [file[place], file[place + 1]] = [file[place + 1]!, file[place]!];
    return files;
  },
  'a line that moved to another file': (files, at) => {
    const from = files[at % (files.length - 1)]!;
    files[(at % (files.length - 1)) + 1]!.splice(1, 0, from.pop()!);
    return files;
  },
  'the end of a file that moved to the next one': (files, at) => {
    const from = files[at % (files.length - 1)]!;
    files[(at % (files.length - 1)) + 1]!.unshift(from.pop()!);
    return files;
  },
  'two files that changed places': (files, at) => {
    const place = at % (files.length - 1);
    [files[place], files[place + 1]] = [files[place + 1]!, files[place]!];
    return files;
  },
  'a file without its end': (files, at) => {
    files[at % (files.length - 1)]!.pop();
    return files;
  },
  'a file that is empty': (files, at) => {
    files[at % (files.length - 1)] = [];
    return files;
  },
  'a link of another line': (files, at) => {
    const links = files.flat().map(line => /"chain":"[0-9a-f]{64}"/.exec(line)![0]);
    return onLine(files, at, line => [
      line.replace(/"chain":"[0-9a-f]{64}"/, links[(at + 1) % links.length]!),
    ]);
  },
  'a line without its link': (files, at) =>
    onLine(files, at, line => [line.replace(/,"chain":"[0-9a-f]{64}"/, '')]),
  'a line that is said to be deleted': (files, at) =>
    onLine(files, at, line => {
      const sequence = /"sequence":"(\d+)"/.exec(line)![1];
      const link = /"chain":"([0-9a-f]{64})"/.exec(line)![1];
      const digest = createHash('sha256').update(line).digest('hex');
      return [
        `{"specversion":"1.0","id":"deleted-${sequence}","source":"/test","type":"org.murmuration.inference.log.tombstone","sequence":"${sequence}","digest":"${digest}","chain":"${link}"}`,
      ];
    }),
};

function onLine(files: Files, at: number, change: (line: string) => string[]): Files {
  let left = at % files.flat().length;
  for (const file of files) {
    if (left < file.length) {
      file.splice(left, 1, ...change(file[left]!));
      return files;
    }
    left -= file.length;
  }
  return files;
}

describe.each(chained)('a log whose chain is %s', chain => {
  it.each(Object.entries(attacks))('shows %s', async (_, attack) => {
    await write(chain);
    await fc.assert(
      fc.asyncProperty(fc.nat(100_000), async at => {
        const files = attack(structuredClone(original), at);
        fc.pre(JSON.stringify(files) !== JSON.stringify(original));
        await world.rewrite(files);
        const { problem } = await world.verify(chain, known);
        expect(problem).not.toBeNull();
      }),
      { numRuns: 25 },
    );
    await world.rewrite(original);
    expect((await world.verify(chain, known)).problem).toBeNull();
  });

  it('names the first line that is wrong', async () => {
    await write(chain);
    const files = structuredClone(original);
    files[1]![2] = files[1]![2]!.replace('asked', 'ASKED');
    files[2]![0] = 'nothing';
    await world.rewrite(files);
    const { problem } = await world.verify(chain, known);
    const [, second] = await logFiles(world.folder);
    expect(problem).toMatchObject({ file: second!.path, line: 3 });
    expect(problem?.reason).toContain('changed');
  });

  it('shows a file that is missing, the first one as well', async () => {
    await write(chain);
    const [first, second] = await logFiles(world.folder);
    const bytes = await readFile(second!.path);
    await rm(second!.path);
    expect((await world.verify(chain)).problem?.reason).toContain('missing');
    await writeFile(second!.path, bytes);
    expect((await world.verify(chain)).problem).toBeNull();
    await rm(first!.path);
    expect((await world.verify(chain)).problem?.reason).toContain('does not say that they were old');
    // Other names make it no better.
    for (const { path, number } of (await logFiles(world.folder)).slice(0))
      await rename(
        path,
        path.replace(/\d{12}/, digits => String(number - 1).padStart(digits.length, '0')),
      );
    expect((await world.verify(chain)).problem?.reason).toContain('first line of file number 2');
  });

  it('shows with its anchor alone that its end is missing', async () => {
    await write(chain);
    const cut = structuredClone(original);
    cut.at(-1)!.pop();
    await world.rewrite(cut);
    expect((await world.verify(chain)).problem).toBeNull();
    expect((await world.verify(chain, known)).problem?.reason).toContain('cut off');
    await world.rewrite(original);
    const last = (await logFiles(world.folder)).at(-1)!;
    await rm(last.path);
    expect((await world.verify(chain)).problem).toBeNull();
    expect((await world.verify(chain, known)).problem?.reason).toContain('cut off');
  });

  it('shows with its anchor that another log of the same length took its place', async () => {
    await write(chain);
    const other = await LogFolder.create();
    const log = await other.open({ chain, size: 1_500 });
    for (let i = 0; i < 16; i += 4) await log.write(eventsOf(100 + i, 104 + i));
    await log.close();
    const { verifyLog } = await import('@murmuration/serving/request-log/files/verify');
    const options = { key: chain === 'keyed' ? key.chain : null };
    expect((await verifyLog(other.folder, { ...options, known: null })).problem).toBeNull();
    expect((await verifyLog(other.folder, { ...options, known })).problem).not.toBeNull();
    await other.remove();
  });
});

describe('somebody who can write to the whole folder', () => {
  /** Makes all links again, as whoever has the key can. */
  function relink(files: Files, secret: Uint8Array | null): Files {
    const start = () => (secret ? createHmac('sha256', secret) : createHash('sha256'));
    let link = Buffer.alloc(32);
    return files.map(lines =>
      lines.map(line => {
        const body = line
          .replace(/,"chain":"[0-9a-f]{64}"\}$/, '')
          .replace(/"previous":"[0-9a-f]{64}"/, `"previous":"${link.toString('hex')}"`);
        const digest = start().update('line\0').update(body).digest();
        link = start().update('link\0').update(link).update(digest).digest();
        return `${body},"chain":"${link.toString('hex')}"}`;
      }),
    );
  }

  it('makes an open chain again, which only an anchor shows', async () => {
    await write('open');
    expect(relink(original, null)).toEqual(original);
    const files = structuredClone(original);
    files[1]![2] = files[1]![2]!.replace('asked', 'ASKED');
    await world.rewrite(relink(files, null));
    expect((await world.verify('open')).problem).toBeNull();
    expect((await world.verify('open', known)).problem).not.toBeNull();
  });

  it('can not make a keyed chain again without its key', async () => {
    await write('keyed');
    expect(relink(original, key.chain)).toEqual(original);
    const files = structuredClone(original);
    files[1]![2] = files[1]![2]!.replace('asked', 'ASKED');
    for (const secret of [null, new Uint8Array(32)]) {
      await world.rewrite(relink(files, secret));
      expect((await world.verify('keyed')).problem).not.toBeNull();
    }
  });

  it('can not pass an open chain, or none, off as a keyed one', async () => {
    await write('keyed');
    for (const chain of ['open', 'off'] as const) {
      const files = original.map(lines =>
        lines.map(line => line.replace('"chain":"keyed"', `"chain":"${chain}"`)),
      );
      await world.rewrite(relink(files, null));
      expect((await world.verify('keyed')).problem?.reason).toContain('though there is a key');
    }
  });
});

describe('a log without a chain', () => {
  it('shows lines that are missing, and says that it shows no more', async () => {
    await write('off');
    const files = structuredClone(original);
    files[1]!.splice(2, 1);
    await world.rewrite(files);
    expect((await world.verify('off')).problem?.reason).toContain('has the number');
    const changed = structuredClone(original);
    changed[1]![2] = changed[1]![2]!.replace('asked', 'ASKED');
    await world.rewrite(changed);
    expect(await world.verify('off')).toMatchObject({ chain: 'off', problem: null });
  });
});

describe('forgetting', () => {
  it.each(['off', 'open', 'keyed'] as const)(
    'leaves nothing of a person, and a log that verifies (%s)',
    async chain => {
      await write(chain);
      const log = await world.open({ chain, gzip: true, anchor: world.anchor });
      await log.write([eventOf(50, 'Ada'), eventOf(51, 'Bob')]);
      expect(await log.forget(key.person('Ada'))).toBe(5);
      expect(await log.forget(key.person('Ada'))).toBe(0);
      await log.write([eventOf(52, 'Bob')]);
      await log.close();
      const text = (await world.lines()).flat().join('\n');
      expect(text).not.toContain(key.person('Ada'));
      for (const gone of ['r4', 'r5', 'r6', 'r7', 'r50']) expect(text).not.toContain(`"${gone}"`);
      for (const kept of ['r3', 'r8', 'r51', 'r52']) expect(text).toContain(`"${kept}"`);
      const anchor = JSON.parse(await readFile(world.anchor, 'utf8'));
      expect(await world.verify(chain, anchor)).toMatchObject({ forgotten: 5, problem: null });
      // A line that was known before is still where it was.
      expect(await world.verify(chain, known)).toMatchObject({ problem: null });
    },
  );

  it('goes on where a process was killed that had begun with it, and the log verifies in between', async () => {
    await write('keyed');
    const more = await world.open({ chain: 'keyed', size: 1 });
    for (let i = 100; i < 160; i++) await more.write([eventOf(i, 'Ada'), eventOf(1_000 + i, 'Bob')]);
    await more.close();
    await writeFile(keyBeside(world.folder), '09'.repeat(32));
    const forget = () =>
      new PackedProcess('coordinator/cli/src/cli.ts', [
        'request-log',
        'forget',
        'Ada',
        '--log',
        world.folder,
      ]);
    const left = async () =>
      (await world.lines()).flat().filter(line => line.includes(key.person('Ada'))).length;
    const all = await left();
    const killed = forget();
    // Files are put in their places one by one: this one is the first.
    await expect.poll(left).toBeLessThan(all);
    killed.child.kill('SIGKILL');
    await killed.ended();
    expect(await world.verify('keyed', known)).toMatchObject({ problem: null });
    expect(await forget().ended()).toBe(0);
    expect(await left()).toBe(0);
    const text = (await world.lines()).flat().join('\n');
    for (let i = 100; i < 160; i++) expect(text).toContain(`"r${1_000 + i}"`);
    expect(await world.verify('keyed', known)).toMatchObject({ forgotten: all, problem: null });
  });

  it('keeps the chain strict: a tombstone that moved, changed or says more is found', async () => {
    await write('keyed');
    const log = await world.open({ chain: 'keyed' });
    await log.forget(key.person('Ada'));
    await log.close();
    const lines = await world.lines();
    const isTombstone = (line: string) => line.includes('log.tombstone');
    const file = lines.findIndex(each => each.some(isTombstone));
    const place = lines[file]!.findIndex(isTombstone);
    for (const change of [
      (line: string) => line.replace('"source":"/test"', '"source":"/test","note":"hidden"'),
      (line: string) => line.replace(/"digest":"./, '"digest":"'),
      (line: string) => line.replace(/"digest":"(.)/, (_, digit) => `"digest":"${digit === '0' ? '1' : '0'}`),
    ]) {
      const files = structuredClone(lines);
      files[file]![place] = change(files[file]![place]!);
      await world.rewrite(files);
      expect((await world.verify('keyed')).problem).not.toBeNull();
    }
    const swapped = structuredClone(lines);
    const own = swapped[file]!;
    [own[place], own[place + 1]] = [own[place + 1]!, own[place]!];
    await world.rewrite(swapped);
    expect((await world.verify('keyed')).problem).not.toBeNull();
  });

  it('shows in an open chain that more was deleted than the log says', async () => {
    await write('open');
    const files = structuredClone(original);
    const line = files[1]![2]!;
    const body = line.replace(/,"chain":"[0-9a-f]{64}"\}$/, '');
    const digest = createHash('sha256').update('line\0').update(body).digest('hex');
    const sequence = /"sequence":"(\d+)"/.exec(line)![1];
    const link = /"chain":"([0-9a-f]{64})"/.exec(line)![1];
    files[1]![2] = `{"specversion":"1.0","id":"deleted-${sequence}","source":"/test","type":"org.murmuration.inference.log.tombstone","sequence":"${sequence}","digest":"${digest}","chain":"${link}"}`;
    await world.rewrite(files);
    expect((await world.verify('open', known)).problem?.reason).toContain('1 lines were deleted');
  });
});

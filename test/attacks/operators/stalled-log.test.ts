import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { packedPrograms } from '../../packed-programs.ts';

const packed = await packedPrograms();
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

/** The program with its standard error in a pipe or a socket that nobody reads, until `read` is called. */
function start(): ChildProcess {
  const { NODE_OPTIONS: _, ...env } = process.env;
  child = spawn(process.execPath, [packed('test/attacks/operators/many-lines.ts')], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return child;
}

describe('a reader of the log that stalls', () => {
  it('holds up nothing, and hears how many lines it has missed', async () => {
    const { stdout, stderr, stdin } = start();
    const [said] = await once(stdout!.setEncoding('utf8'), 'data');
    const written = Number(/^(\d+) lines are written/.exec(said)![1]);
    let text = '';
    let missed: number | undefined;
    for await (const chunk of stderr!.setEncoding('utf8')) {
      text += chunk;
      const gap = /"lines":(\d+),"msg":"the reader of the log stalled/.exec(text);
      if (!gap) continue;
      missed = Number(gap[1]);
      break;
    }
    const read = text.match(/"msg":"refused"/g)!.length;
    expect(missed).toBeGreaterThan(0);
    expect(read + missed!).toBe(written);
    stdin!.end();
  });

  it('keeps the process from ending no longer than one that reads', async () => {
    const process = start();
    await once(process.stdout!, 'data');
    const ended = once(process, 'exit');
    process.stdin!.end();
    expect(await ended).toEqual([0, null]);
  });
});

import { run } from '@murmuration/cli/run';
import type { Asked, Said } from './kept-commands.ts';

/** Keeps what is written to a stream instead of writing it. */
function kept(stream: NodeJS.WriteStream): { text: string } {
  const written = { text: '' };
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    written.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  }) as typeof stream.write;
  return written;
}

/** Runs a command in the environment that it is given, and tells how it ended and what it wrote until then. */
async function answer({ id, args, env }: Asked): Promise<void> {
  const [output, errors] = [kept(process.stdout), kept(process.stderr)];
  const ended = (code: number): Said => ({ id, code, output: output.text, errors: errors.text });
  process.env = { ...env };
  process.exitCode = undefined;
  let left: Said | undefined;
  process.exit = code => {
    left ??= ended(Number(code ?? process.exitCode ?? 0));
    // Nothing behind it may run, as if the process were gone; nobody is told of this error.
    throw new Error('The command left.');
  };
  await run(args);
  process.send!(left ?? ended(Number(process.exitCode ?? 0)));
  process.exitCode = undefined;
}

const { exit } = process;
let last = Promise.resolve();
process.on('message', (asked: Asked) => {
  last = last.then(() => answer(asked));
});
// Whoever started this process is gone.
process.on('disconnect', () => exit.call(process, 0));

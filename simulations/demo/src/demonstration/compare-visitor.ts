import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import * as z from 'zod';
import type { RecallInPercent } from './summary.ts';

/** Last line of output of a run without visitors or with one. */
const printed = z.object({
  top1: z.number(),
  top3: z.number(),
  failedRounds: z.number(),
  visitorUpdates: z.number(),
});
export type ComparedRun = z.output<typeof printed>;

/** Seeds over which means are taken. */
const seeds = 3;

/**
 * Runs `npm start` once, with these options in addition to those of the command line, and returns its output;
 * its messages for people go to standard error.
 */
export type RunStart = (options: readonly string[]) => Promise<string>;

/** Means over the seeds, recall in per cent of the held-out words. */
export interface VisitorCompared extends RecallInPercent {
  readonly withoutVisitor: RecallInPercent;
  readonly seeds: readonly number[];
  /** Updates that the visitor sent, and rounds that failed, in all runs. */
  readonly visitorUpdates: number;
  readonly failedRounds: number;
}

/**
 * Runs the same rounds without a visitor and with one, for each of three seeds from `first` on. Throws
 * `config.invalid` if a run fails.
 */
export async function compareVisitor(
  first: number,
  run: RunStart,
  say: (line: string) => void,
): Promise<VisitorCompared> {
  const all = Array.from({ length: seeds }, (_, i) => first + i);
  const found: { readonly without: ComparedRun; readonly with: ComparedRun }[] = [];
  for (const seed of all) {
    const one = async (kind: 'without' | 'with') => {
      say(
        `Seed ${seed}, ${kind} a visitor: run ${2 * found.length + (kind === 'with' ? 2 : 1)} of ${2 * seeds}`,
      );
      const text = await run(['--seed', `${seed}`, '--compared', kind]);
      return printed.parse(JSON.parse(text.trim().split('\n').at(-1)!));
    };
    found.push({ without: await one('without'), with: await one('with') });
  }
  const mean = (of: (pair: (typeof found)[number]) => number) =>
    Math.round((100 * found.reduce((sum, pair) => sum + of(pair), 0)) / found.length) / 100;
  const sum = (of: (run: ComparedRun) => number) =>
    found.reduce((sum, pair) => sum + of(pair.without) + of(pair.with), 0);
  return {
    top1: mean(pair => pair.with.top1),
    top3: mean(pair => pair.with.top3),
    withoutVisitor: { top1: mean(pair => pair.without.top1), top3: mean(pair => pair.without.top3) },
    seeds: all,
    visitorUpdates: sum(({ visitorUpdates }) => visitorUpdates),
    failedRounds: sum(({ failedRounds }) => failedRounds),
  };
}

/** Runs `npm start` as a separate process, which ends with this one. */
export function startProcess(argv: readonly string[]): RunStart {
  return async options => {
    const given = argv.filter(each => each !== '--visitor');
    const always = ['--port', '0', '--exit', '--json', '--no-open'];
    const child = spawn(
      process.execPath,
      [...process.execArgv, process.argv[1]!, ...given, ...options, ...always],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const end = () => child.kill();
    process.once('exit', end);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    process.removeListener('exit', end);
    if (code !== 0)
      throw new MurmurationError(
        'config.invalid',
        `The run ${options.join(' ')} ended with code ${code}; what it said stands above.`,
      );
    return output;
  };
}

#!/usr/bin/env node
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { idsLast } from './arguments/ids-last.ts';
import { exitCodeOf } from './output/output.ts';
import { murmuration } from './program.ts';

const program = await murmuration(process.argv[2]);

const optionsOf = ({ options, commands }: Command): (string | undefined)[] => [
  ...options.map(({ long }) => long),
  ...commands.flatMap(command => optionsOf(command as Command)),
];
const known = new Set(optionsOf(program));

program
  .parseAsync(
    idsLast(process.argv.slice(2), arg => known.has(arg)),
    { from: 'user' },
  )
  .catch(error => {
    console.error(error instanceof MurmurationError ? error.detail : error);
    process.exitCode = exitCodeOf(error);
    // Whatever is still open, such as a file that is never read to its end, does not keep it.
    setTimeout(() => process.exit(), 1_000).unref();
  });

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { completeSettings, settingAt } from '@murmuration/simulations/scenario/complete-settings';
import type { Findings } from '@murmuration/simulations/study/study';
import * as z from 'zod';
import type { Study } from './catalogue.ts';
import type { SimulateOptions } from './simulate-options.ts';

/**
 * Runs a study.
 * @throws `config.invalid` for unknown settings, and for options that only runs of one federation have
 */
export async function runStudy(
  { name, study }: { readonly name: string; readonly study: Study },
  options: SimulateOptions,
  out: NodeJS.WriteStream,
): Promise<Findings> {
  for (const option of [
    'sweep',
    'seeds',
    'workers',
    'transport',
    'checkpoint',
    'report',
    'live',
    'mlflow',
    'name',
    'notes',
  ] as const) {
    const value = options[option];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    throw new MurmurationError(
      'config.invalid',
      `The scenario ${name} is more than runs of one federation and has no --${option}; it has --set, --seed and --json.`,
    );
  }
  const seedGiven = options.set.find(({ path }) => path === 'seed')?.value;
  const given = options.set
    .filter(({ path }) => path !== 'seed')
    .map(({ path, value }) => settingAt(path, value));
  const schema = study.schema ?? z.strictObject({});
  const settings = completeSettings({ name, schema: schema as z.ZodType<object>, defaults: {} }, ...given);
  const { seed } = completeSettings(
    { name, schema: z.strictObject({ seed: z.int().min(0) }), defaults: { seed: 1 } },
    options.seed === undefined && seedGiven === undefined ? {} : { seed: options.seed ?? seedGiven },
  );
  return study.run({ seed, settings, log: line => out.write(`${line}\n`) });
}

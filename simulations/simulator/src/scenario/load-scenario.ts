import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeIssues } from '@murmuration/rounds/configuration/config-error';
import * as z from 'zod';
import { metricDescription } from '../run-events/run-event.ts';
import type { Scenario } from './define-scenario.ts';

const aFunction = z.custom<unknown>(value => typeof value === 'function', 'expected a function');

/**
 * Required fields of a scenario. Its file runs without type checks, and an error would otherwise show only at
 * the end of a run.
 */
const needed = z.looseObject({
  module: z.url({ protocol: /^file$/, error: 'expected import.meta.url' }),
  name: z.string().min(1),
  shows: z.string(),
  data: aFunction,
  model: aFunction,
  objective: aFunction,
  measure: aFunction,
  metrics: z.record(z.string(), metricDescription),
});

/**
 * Loads the scenario that a file exports.
 * @throws `config.invalid` for a file that can't be imported, exports no scenario, or an incomplete one
 */
export async function loadScenario(file: URL): Promise<Scenario> {
  let exported: unknown;
  try {
    exported = ((await import(file.href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The scenario file ${file.pathname} can't be imported: ${messageOf(cause)}`,
      { cause },
    );
  }
  if (!isScenario(exported))
    throw new MurmurationError(
      'config.invalid',
      `The file ${file.pathname} exports no scenario; its default export is what defineScenario gives.`,
    );
  const { error } = needed.safeParse(exported, { error: plainWords });
  if (error)
    throw new MurmurationError(
      'config.invalid',
      describeIssues(`The scenario file ${file.pathname}`, error, exported),
    );
  return exported;
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && 'schema' in value && 'objective' in value;
}

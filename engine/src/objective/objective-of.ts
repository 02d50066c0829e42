import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Objective } from './objective.ts';

/**
 * Imports the objective that is a module's default export. Throws `training.module` if it does not load, or
 * has none.
 */
export async function objectiveOf(module: string): Promise<Objective<unknown>> {
  let found: { readonly default?: unknown };
  try {
    // A file of the app, which no bundler can know.
    found = await import(/* webpackIgnore: true */ /* @vite-ignore */ module);
  } catch (cause) {
    const detail = `The trainer's module ${module} does not load: ${messageOf(cause)}`;
    throw new MurmurationError('training.module', detail, { cause });
  }
  return requireObjective(found.default as Objective<unknown> | undefined, `The default export of ${module}`);
}

/** Throws `training.module` for anything but an objective, which plain JavaScript may pass. */
export function requireObjective<Example>(
  objective: Objective<Example> | undefined,
  name = 'What serveTraining was given',
): Objective<Example> {
  if (typeof objective?.encode === 'function' && typeof objective.loss === 'function') return objective;
  throw new MurmurationError(
    'training.module',
    `${name} is no objective: it has to have the functions "encode" and "loss".`,
  );
}

import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Scenario } from './define-scenario.ts';

/** The scenario that a file exports. Throws `config.invalid` for a file that can't be imported, or exports none. */
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
  if (isScenario(exported)) return exported;
  throw new MurmurationError(
    'config.invalid',
    `The file ${file.pathname} exports no scenario; its default export is what defineScenario gives.`,
  );
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && 'schema' in value && 'objective' in value;
}

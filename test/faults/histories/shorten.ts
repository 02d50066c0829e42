import type { Operation, Setting } from './operations.ts';
import { play, Violation } from './play.ts';

/** A history in which something did not hold, without the operations that are not needed to show that; and what did not hold. */
export async function shorten(
  setting: Setting,
  history: readonly Operation[],
): Promise<{ readonly history: readonly Operation[]; readonly error: unknown }> {
  let error = await errorOf(setting, history);
  let shortest = history.slice(0, endOf(error));
  for (let isShorter = true; isShorter; ) {
    isShorter = false;
    // From the end, since what comes last depends on what was before.
    for (let at = shortest.length - 1; at >= 0; at--) {
      const without = shortest.toSpliced(at, 1);
      const same = await errorOf(setting, without);
      if (same === undefined) continue;
      error = same;
      shortest = without.slice(0, endOf(same));
      isShorter = true;
    }
  }
  return { history: shortest, error };
}

async function errorOf(setting: Setting, history: readonly Operation[]): Promise<unknown> {
  try {
    await play(setting, history);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Operations that were played before something did not hold. */
function endOf(error: unknown): number | undefined {
  return error instanceof Violation ? error.operations : undefined;
}

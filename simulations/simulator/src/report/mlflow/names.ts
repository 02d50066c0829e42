/** Longest name of a parameter, metric or tag that MLflow takes. */
const longestName = 250;

/**
 * A name that MLflow takes, and that is one file: letters, digits, `_`, `-`, `.` and spaces, what else there is as `_`
 * (mlflow/utils/validation.py).
 */
export function mlflowName(name: string): string {
  const allowed = name.replace(/[^\w.\- ]/g, '_').slice(0, longestName);
  return /[^. ]/.test(allowed) ? allowed : `_${allowed}`.slice(0, longestName);
}

/** Entries under names that MLflow takes; of two that would be one, the later gets a number. */
export function named<Value>(entries: Iterable<readonly [string, Value]>): Map<string, Value> {
  const result = new Map<string, Value>();
  // Some file systems do not tell capitals from small letters.
  const taken = new Set<string>();
  for (const [name, value] of entries) {
    const wanted = mlflowName(name);
    let free = wanted;
    for (let number = 2; taken.has(free.toLowerCase()); number++)
      free = `${wanted.slice(0, longestName - 1 - String(number).length)}-${number}`;
    taken.add(free.toLowerCase());
    result.set(free, value);
  }
  return result;
}

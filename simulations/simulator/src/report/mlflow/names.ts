/** Longest name of a parameter, metric or tag that MLflow accepts. */
const maxMlflowNameLength = 250;

/**
 * Makes a name that MLflow accepts and that is one file: keeps letters, digits, `_`, `-`, `.` and spaces, and
 * replaces everything else with `_` (mlflow/utils/validation.py).
 */
export function mlflowName(name: string): string {
  const allowed = name.replace(/[^\w.\- ]/g, '_').slice(0, maxMlflowNameLength);
  return /[^. ]/.test(allowed) ? allowed : `_${allowed}`.slice(0, maxMlflowNameLength);
}

/** Renames entries for MLflow; a later one of two equal names gets a number. */
export function named<Value>(entries: Iterable<readonly [string, Value]>): Map<string, Value> {
  const result = new Map<string, Value>();
  // Some file systems ignore case.
  const taken = new Set<string>();
  for (const [name, value] of entries) {
    const wanted = mlflowName(name);
    let free = wanted;
    for (let number = 2; taken.has(free.toLowerCase()); number++)
      free = `${wanted.slice(0, maxMlflowNameLength - 1 - String(number).length)}-${number}`;
    taken.add(free.toLowerCase());
    result.set(free, value);
  }
  return result;
}

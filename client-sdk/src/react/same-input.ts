/** Most levels of arrays and objects compared. */
const maxInputDepth = 8;

/**
 * Returns true if two inputs of a model are equal: components create a new array at each rendering,
 * and asking for each of them would never end. Compares the contents of arrays, typed arrays and
 * plain objects; other values by identity.
 */
export function sameInput(a: unknown, b: unknown, depth = maxInputDepth): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || depth === 0) return false;
  const prototype = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b)) return false;
  if (Array.isArray(a) || (ArrayBuffer.isView(a) && !(a instanceof DataView))) {
    const [first, second] = [a, b] as unknown as readonly (readonly unknown[])[];
    if (!first || first.length !== second?.length) return false;
    for (let position = 0; position < first.length; position++)
      if (!sameInput(first[position], second[position], depth - 1)) return false;
    return true;
  }
  if (prototype !== Object.prototype && prototype !== null) return false;
  const names = Object.keys(a);
  const [first, second] = [a, b] as readonly Record<string, unknown>[];
  return (
    names.length === Object.keys(b).length &&
    names.every(name => Object.hasOwn(b, name) && sameInput(first?.[name], second?.[name], depth - 1))
  );
}

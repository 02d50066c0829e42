/** Levels of arrays and objects that are compared. */
const deepest = 8;

/**
 * Whether two inputs of a model say the same: components make a new array at each rendering, and to ask again for each of them would never
 * end. Compares the contents of arrays, typed arrays and plain objects; of all else, whether it is the same.
 */
export function sameInput(a: unknown, b: unknown, depth = deepest): boolean {
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

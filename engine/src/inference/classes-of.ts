/** Layers with weights that a classifier may end in. */
const outputs = new Set(['Dense', 'TiedDense']);

interface Layer {
  readonly class_name?: unknown;
  readonly config?: { readonly units?: unknown };
}

/**
 * Number of classes of a model by its `model.json`: the units of its last dense layer. Undefined if it has
 * none.
 */
export function classesOf(topology: unknown): number | undefined {
  const { config } = (topology ?? {}) as { config?: { layers?: readonly Layer[] } };
  const units = config?.layers?.findLast(({ class_name: kind }) => outputs.has(String(kind)))?.config?.units;
  return typeof units === 'number' ? units : undefined;
}

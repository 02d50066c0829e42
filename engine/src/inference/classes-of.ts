/** Layers that a classifier ends in, but for what has no weights. */
const outputs = new Set(['Dense', 'TiedDense']);

interface Layer {
  readonly class_name?: unknown;
  readonly config?: { readonly units?: unknown };
}

/** Classes that a model tells apart, as its `model.json` says: those of its last dense layer. Undefined where it has none. */
export function classesOf(topology: unknown): number | undefined {
  const { config } = (topology ?? {}) as { config?: { layers?: readonly Layer[] } };
  const units = config?.layers?.findLast(({ class_name: kind }) => outputs.has(String(kind)))?.config?.units;
  return typeof units === 'number' ? units : undefined;
}

import type { Manifest } from '@murmuration/protocol/weights/model-files';

type Shape = Pick<Manifest, 'topology' | 'layout'>;

/**
 * Returns the difference of `made` from `stored` as a clause; undefined if both are one model: the same
 * layers with the same settings, and weights of the same shapes. Names don't count, since tfjs numbers the
 * layers that a process makes, and neither do initial weights.
 */
export function modelDifference(stored: Shape, made: Shape): string | undefined {
  const [before, now] = [layersOf(stored.topology), layersOf(made.topology)];
  if (before.length !== now.length) return `it has ${now.length} layers instead of ${before.length}`;
  const places = [placesOf(before), placesOf(now)] as const;
  for (const [i, layer] of before.entries()) {
    const found = differenceOf(layer, now[i], '', places);
    if (found) return `its layer ${i + 1} has ${found}`;
  }
  for (const [i, { name, shape }] of stored.layout.tensors.entries()) {
    const next = made.layout.tensors[i]?.shape;
    if (JSON.stringify(shape) !== JSON.stringify(next))
      return `its weights for ${name} have the shape [${next}] instead of [${shape}]`;
  }
  const more = made.layout.tensors[stored.layout.tensors.length];
  return more && `it also has the weights ${more.name}`;
}

interface Layer {
  readonly config?: { readonly name?: unknown; readonly layers?: readonly Layer[] };
}

function layersOf(topology: unknown): readonly Layer[] {
  return (topology as Layer).config?.layers ?? [];
}

/** Returns the place of each layer by its name, including layers inside of others. */
function placesOf(layers: readonly Layer[], places = new Map<unknown, number>()): Map<unknown, number> {
  for (const { config } of layers) {
    places.set(config?.name, places.size);
    placesOf(config?.layers ?? [], places);
  }
  return places;
}

/** True for settings that have no effect on a model whose weights exist. */
const isIgnored = (key: string) => key === 'name' || key.endsWith('_initializer') || key === 'dtype';

function differenceOf(
  before: unknown,
  now: unknown,
  path: string,
  places: readonly [ReadonlyMap<unknown, number>, ReadonlyMap<unknown, number>],
): string | undefined {
  if (isRecord(before) && isRecord(now)) {
    // A setting that only one of them has comes from another version of tfjs.
    for (const key of Object.keys(before))
      if (key in now && !isIgnored(key)) {
        const found = differenceOf(before[key], now[key], Number.isNaN(Number(key)) ? key : path, places);
        if (found) return found;
      }
    if (Array.isArray(before) && before.length !== (now as unknown as readonly unknown[]).length)
      return said(path, before, now);
    return undefined;
  }
  if (before === now || (places[0].has(before) && places[0].get(before) === places[1].get(now)))
    return undefined;
  return said(path, before, now);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const said = (path: string, before: unknown, now: unknown) =>
  `the ${path} ${JSON.stringify(now)} instead of ${JSON.stringify(before)}`;

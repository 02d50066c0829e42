import { type Layout, layoutOf, type WeightSpec } from '@murmuration/protocol/weights/layout';
import type { Manifest } from '@murmuration/protocol/weights/model-files';
import { modelDifference } from './model-difference.ts';

type Shape = Pick<Manifest, 'topology' | 'layout'>;

/** Growth of one model into another. */
export interface GrownShape {
  /** Rows that were added to each tensor that grew. */
  readonly added: number;
  /** Rows of the smallest of these before. */
  readonly rows: number;
}

interface Layer {
  readonly class_name?: string;
  readonly config: { readonly name?: string; readonly [key: string]: unknown };
}

/** Name of the number of rows in the configuration of each kind of layer that may grow. */
const rowKeys = { Embedding: 'input_dim', Dense: 'units', TiedDense: 'units' } as const;

/**
 * Returns the growth if `made` is `stored` with rows added at the end of its embeddings and of its output,
 * the last dense layer; a clause about the difference if they differ otherwise; null if nothing was added.
 */
export function grownShape(stored: Shape, made: Shape): GrownShape | string | null {
  const topology = structuredClone(stored.topology);
  const [before, now] = [layersOf(topology), layersOf(made.topology)];
  const output = before.findLastIndex(({ class_name: kind }) => kind === 'Dense' || kind === 'TiedDense');
  const grown = new Map<string, { readonly from: number; readonly to: number }>();
  for (const [i, { class_name: kind, config }] of before.entries()) {
    if (kind !== 'Embedding' && i !== output) continue;
    const key = rowKeys[kind as keyof typeof rowKeys];
    const [from, to] = [config[key], now[i]?.config[key]];
    if (typeof from !== 'number' || typeof to !== 'number' || to <= from) continue;
    (config as Record<string, unknown>)[key] = to;
    grown.set(String(config.name), { from, to });
  }
  const sizes = [...grown.values()];
  const added = sizes[0] && sizes[0].to - sizes[0].from;
  if (added === undefined) return null;
  if (sizes.some(({ from, to }) => to - from !== added))
    return `its embedding and its output grow by ${sizes.map(({ from, to }) => to - from).join(' and ')} rows`;
  const layout = layoutOf(stored.layout.tensors.map(tensor => grownTensor(tensor, grown)));
  return (
    modelDifference({ topology, layout }, made) ??
    otherName(stored.layout, made.layout) ?? { added, rows: Math.min(...sizes.map(({ from }) => from)) }
  );
}

const layersOf = (topology: unknown): readonly Layer[] =>
  (topology as { config?: { layers?: readonly Layer[] } }).config?.layers ?? [];

/** Rows of an embedding, columns of a kernel, or values of a bias. */
function grownTensor(
  { name, shape }: WeightSpec,
  grown: ReadonlyMap<string, { readonly from: number; readonly to: number }>,
): WeightSpec {
  const [layer, part] = name.split('/');
  const sizes = grown.get(layer!);
  if (!sizes) return { name, shape };
  const axis = part === 'kernel' ? shape.length - 1 : 0;
  return {
    name,
    shape: shape.map((length, i) => (i === axis && length === sizes.from ? sizes.to : length)),
  };
}

/** Returns a changed name of a tensor: devices know tensors by their names. */
function otherName(before: Layout, now: Layout): string | undefined {
  const i = before.tensors.findIndex(({ name }, at) => name !== now.tensors[at]!.name);
  return i < 0
    ? undefined
    : `its weights ${before.tensors[i]!.name} are called ${now.tensors[i]!.name}: give each layer a name`;
}

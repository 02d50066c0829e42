import { MurmurationError } from '../errors/errors.ts';
import { type Layout, layoutOf, sizeOf, type TensorSpec } from './layout.ts';

/**
 * A model whose plan names private layers (FedPer: Arivazhagan et al. 2019, §3), taken apart: what leaves a device is laid
 * out by `shared`, and what never does by `private`. Both sides derive it from the same layout and the same names.
 */
export interface SplitLayout {
  readonly whole: Layout;
  /** The tensors that all devices learn together; `whole` itself where the plan has no private layers. */
  readonly shared: Layout;
  /** The tensors that each device has for itself; null where there are none. */
  readonly private: Layout | null;
  /** Where the values of each part lie in a vector of the whole. */
  readonly ranges: Readonly<Record<Part, readonly Range[]>>;
}

export type Part = 'shared' | 'private';

/** Values from `from` up to, but not including, `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * A private layer has all tensors named `LAYER/…`. Throws `plan.private-layers` for a name that no tensor has, and where no
 * tensor is left to be shared.
 */
export function splitLayout(whole: Layout, privateLayers: readonly string[] = []): SplitLayout {
  const unknown = privateLayers.filter(layer => !whole.tensors.some(tensor => isIn(layer, tensor)));
  if (unknown.length > 0)
    throw new MurmurationError(
      'plan.private-layers',
      `The model has no weights of a layer ${quoted(unknown)}; it has those of ${quoted(layersOf(whole))}.`,
    );
  const tensors: Record<Part, TensorSpec[]> = { shared: [], private: [] };
  const ranges: Record<Part, Range[]> = { shared: [], private: [] };
  let at = 0;
  for (const tensor of whole.tensors) {
    const part = privateLayers.some(layer => isIn(layer, tensor)) ? 'private' : 'shared';
    const from = at;
    at += sizeOf(tensor.shape);
    tensors[part].push(tensor);
    ranges[part].push({ from, to: at });
  }
  if (tensors.shared.length === 0)
    throw new MurmurationError(
      'plan.private-layers',
      'All layers of the model are private; nothing is shared.',
    );
  if (tensors.private.length === 0) return { whole, shared: whole, private: null, ranges };
  return { whole, shared: layoutOf(tensors.shared), private: layoutOf(tensors.private), ranges };
}

/** The values of one part of `vector`, which has those of the whole: a copy, or `vector` itself where nothing is private. */
export function takePart(vector: Float32Array, split: SplitLayout, part: Part): Float32Array {
  const { ranges } = split;
  if (part === 'shared' && split.private === null) return vector;
  const values = new Float32Array(ranges[part].reduce((count, { from, to }) => count + to - from, 0));
  let at = 0;
  for (const { from, to } of ranges[part]) {
    values.set(vector.subarray(from, to), at);
    at += to - from;
  }
  return values;
}

/** `vector`, which has the values of the whole, with `values` in the place of one part: a copy, or `values` itself as in `takePart`. */
export function withPart(
  vector: Float32Array,
  split: SplitLayout,
  part: Part,
  values: Float32Array,
): Float32Array {
  const { ranges } = split;
  if (part === 'shared' && split.private === null) return values;
  const whole = vector.slice();
  let at = 0;
  for (const { from, to } of ranges[part]) {
    whole.set(values.subarray(at, at + to - from), from);
    at += to - from;
  }
  return whole;
}

function isIn(layer: string, { name }: TensorSpec): boolean {
  return name.startsWith(`${layer}/`);
}

/** What may be named: the first part of each tensor's name. */
function layersOf({ tensors }: Layout): string[] {
  return [...new Set(tensors.map(({ name }) => name.split('/')[0]!))];
}

function quoted(names: readonly string[]): string {
  return names.map(name => `"${name}"`).join(', ');
}

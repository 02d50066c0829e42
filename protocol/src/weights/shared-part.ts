import { MurmurationError } from '../errors/errors.ts';
import { type Layout, layoutOf, sizeOf, type WeightSpec } from './layout.ts';

/**
 * Model whose plan names private layers (FedPer: Arivazhagan et al. 2019, §3) or frozen ones, split into
 * parts: tensors of `shared` leave a device, those of `private` never do, and those that no device trains are
 * in neither. Both sides derive it from the same layout and the same names.
 */
export interface SplitLayout {
  readonly whole: Layout;
  /**
   * Tensors that all devices learn together; `whole` itself if the plan has neither private nor frozen
   * layers.
   */
  readonly shared: Layout;
  /** Tensors that each device keeps for itself; null if there are none. */
  readonly private: Layout | null;
  /** Ranges of each part in a vector of the whole. */
  readonly ranges: Readonly<Record<Part, readonly Range[]>>;
}

export type Part = 'shared' | 'private' | 'frozen';

/** Values from `from` up to, but not including, `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Splits a layout. A private or frozen layer has all tensors named `LAYER/…`; a frozen one may also be the
 * name of a single tensor that is not private. Throws `plan.private-layers` and `plan.frozen-layers` for a
 * name that no tensor has, and if no tensor is left to be shared; the first also for a layer that is both.
 */
export function splitLayout(
  whole: Layout,
  privateLayers: readonly string[] = [],
  frozenLayers: readonly string[] = [],
): SplitLayout {
  for (const [layers, has, code] of [
    [privateLayers, isIn, 'plan.private-layers'],
    [frozenLayers, isFrozenBy, 'plan.frozen-layers'],
  ] as const) {
    const unknown = layers.filter(layer => !whole.tensors.some(tensor => has(layer, tensor)));
    if (unknown.length > 0)
      throw new MurmurationError(
        code,
        `The model has no weights of a layer ${quoted(unknown)}; it has those of ${quoted(layersOf(whole))}.`,
      );
  }
  const tensors: Record<Part, WeightSpec[]> = { shared: [], private: [], frozen: [] };
  const ranges: Record<Part, Range[]> = { shared: [], private: [], frozen: [] };
  let at = 0;
  for (const tensor of whole.tensors) {
    const isPrivate = privateLayers.some(layer => isIn(layer, tensor));
    const isFrozen = frozenLayers.some(layer => (isPrivate ? isIn : isFrozenBy)(layer, tensor));
    if (isPrivate && isFrozen)
      throw new MurmurationError(
        'plan.private-layers',
        `The weights ${tensor.name} are of a private layer, which each device trains, and of a frozen one, which none does.`,
      );
    const part = isPrivate ? 'private' : isFrozen ? 'frozen' : 'shared';
    const from = at;
    at += sizeOf(tensor.shape);
    tensors[part].push(tensor);
    ranges[part].push({ from, to: at });
  }
  if (tensors.shared.length === 0)
    throw new MurmurationError(
      frozenLayers.length > 0 ? 'plan.frozen-layers' : 'plan.private-layers',
      `All layers of the model are ${frozenLayers.length > 0 ? 'frozen or ' : ''}private; nothing is shared.`,
    );
  return {
    whole,
    shared: tensors.shared.length === whole.tensors.length ? whole : layoutOf(tensors.shared),
    private: tensors.private.length === 0 ? null : layoutOf(tensors.private),
    ranges,
  };
}

/**
 * Values of one part of `vector`, which has those of the whole: a copy, or `vector` itself if all is shared.
 */
export function takePart(vector: Float32Array, split: SplitLayout, part: Part): Float32Array {
  const { ranges } = split;
  if (part === 'shared' && split.shared === split.whole) return vector;
  const values = new Float32Array(ranges[part].reduce((count, { from, to }) => count + to - from, 0));
  let at = 0;
  for (const { from, to } of ranges[part]) {
    values.set(vector.subarray(from, to), at);
    at += to - from;
  }
  return values;
}

/**
 * Replaces one part of `vector`, which has the values of the whole, by `values`: a copy, or `values` itself
 * as in `takePart`.
 */
export function withPart(
  vector: Float32Array,
  split: SplitLayout,
  part: Part,
  values: Float32Array,
): Float32Array {
  const { ranges } = split;
  if (part === 'shared' && split.shared === split.whole) return values;
  const whole = vector.slice();
  let at = 0;
  for (const { from, to } of ranges[part]) {
    whole.set(values.subarray(at, at + to - from), from);
    at += to - from;
  }
  return whole;
}

function isIn(layer: string, { name }: WeightSpec): boolean {
  return name.startsWith(`${layer}/`);
}

/** True if a tensor is in the layer, or is the layer's name itself. */
function isFrozenBy(layer: string, tensor: WeightSpec): boolean {
  return layer === tensor.name || isIn(layer, tensor);
}

/** Names of layers: the first part of each tensor's name. */
function layersOf({ tensors }: Layout): string[] {
  return [...new Set(tensors.map(({ name }) => name.split('/')[0]!))];
}

function quoted(names: readonly string[]): string {
  return names.map(name => `"${name}"`).join(', ');
}

import { layoutOf, type WeightSpec } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Model whose layers tfjs can build, and the parts that tfjs has no room for. */
export interface Readable {
  readonly files: ModelFiles;
  /** Names of the GRU layers that apply the reset gate after the product with the state. */
  readonly resetAfter: ReadonlySet<string>;
  /** Biases of these layers, `[2, 3 · units]`, by the names of the weights. */
  readonly biases: ReadonlyMap<string, Float32Array>;
}

/**
 * Makes a model readable whose GRU layers have `reset_after`, which Keras sets by default and tfjs refuses:
 * tfjs builds them without it, with biases of its own shape instead of theirs.
 */
export function readableOf(files: ModelFiles): Readable {
  const resetAfter = new Set<string>();
  const topology = withoutResetAfter(files.topology, resetAfter) as object;
  if (resetAfter.size === 0) return { files, resetAfter, biases: new Map() };

  const biases = new Map<string, Float32Array>();
  const parts: Float32Array[] = [];
  let at = 0;
  const tensors = files.layout.tensors.map((tensor): WeightSpec => {
    const size = tensor.shape.reduce((all, length) => all * length, 1);
    const values = files.weights.subarray(at, at + size);
    at += size;
    const [halves, width = 0] = tensor.shape;
    if (halves !== 2 || !isBiasOf(tensor.name, resetAfter)) {
      parts.push(values);
      return tensor;
    }
    biases.set(tensor.name, values);
    parts.push(values.subarray(0, width));
    return { name: tensor.name, shape: [width] };
  });
  const layout = layoutOf(tensors);
  const weights = new Float32Array(layout.count);
  let to = 0;
  for (const part of parts) {
    weights.set(part, to);
    to += part.length;
  }
  return { files: { ...files, topology, layout, weights }, resetAfter, biases };
}

function isBiasOf(name: string, layers: ReadonlySet<string>): boolean {
  return /(^|\/)bias(:0)?$/.test(name) && name.split('/').some(part => layers.has(part));
}

/** Copies JSON with `reset_after` off in each GRU, whose names it adds to `found`. */
function withoutResetAfter(value: unknown, found: Set<string>): unknown {
  if (Array.isArray(value)) return value.map(item => withoutResetAfter(item, found));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, withoutResetAfter(inner, found)] as const,
  );
  const copy: Record<string, unknown> = Object.fromEntries(entries);
  const config = copy.config as Record<string, unknown> | undefined;
  if (copy.class_name !== 'GRU' || config?.reset_after !== true) return copy;
  found.add(String(config.name));
  return { ...copy, config: { ...config, reset_after: false } };
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Graph } from './graph.ts';
import type { AxisLengths, Operand, Order, Orders } from './values.ts';

export interface Weight {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** Effect of a batch normalisation on each channel: `factor` times the value, plus `shift`. */
export interface Affine {
  readonly factor: Float32Array;
  readonly shift: Float32Array;
}

/** One use of a layer. */
export interface LayerCall {
  readonly graph: Graph;
  readonly orders: Orders;
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Operand[];
  /** Shape of its output. */
  readonly shape: AxisLengths;
  /** Weights in the order of tfjs. */
  readonly weights: readonly Weight[];
  /** Batch normalisation behind the layer, to be folded into its weights. */
  readonly affine: Affine | undefined;
  /** Layer whose matrix a tied output uses; undefined for other layers. */
  readonly table: { readonly name: string; readonly weight: Weight } | undefined;
}

/** Function that adds the nodes of a layer to its graph. */
export type LayerWriter = (call: LayerCall) => Operand;

/** Returns the only input, in this order of axes. Refuses a layer with several. */
export function inputOf({ inputs, orders, ...call }: LayerCall, order?: Order): Operand {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) return refuse(call, `has ${inputs.length} inputs`);
  return order ? orders.put(input, order) : input;
}

/**
 * Throws `export.unsupported`. `why` continues a sentence about the layer; `help` is a sentence of its own.
 */
export function refuse(
  { name, className }: Pick<LayerCall, 'name' | 'className'>,
  why: string,
  help = '',
): never {
  throw new MurmurationError(
    'export.unsupported',
    `The layer ${name} (${className}) ${why}, which can't be written as ONNX. ${help}`.trimEnd(),
  );
}

/** Refuses layers over data whose channels come first. */
export function requireChannelsLast(call: LayerCall): void {
  if (call.config.dataFormat === 'channelsFirst') refuse(call, 'has its channels first');
}

/** Expands a number or a list to `count` axes. */
export function eachAxis(given: unknown, count: number): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: count }, () => given);
  const list = (given ?? []) as readonly number[];
  return Array.from({ length: count }, (_, axis) => list[axis] ?? list[0] ?? 1);
}

/** Weight at an index. Throws `export.unsupported` if the layer has fewer. */
export function weightOf(call: LayerCall, index: number): Weight {
  return call.weights[index] ?? refuse(call, `lacks its weight ${index + 1}`);
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Graph } from './graph.ts';
import type { Order, Orders, Shape, Value } from './values.ts';

/** The options of a layer as tfjs writes them into `model.json`. */
export type Config = Readonly<Record<string, unknown>>;

export interface Weight {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** What a batch normalisation does to each channel: `factor` times the value, plus `shift`. */
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
  readonly config: Config;
  readonly inputs: readonly Value[];
  /** Of its output. */
  readonly shape: Shape;
  /** In the order of tfjs. */
  readonly weights: readonly Weight[];
  /** A batch normalisation behind the layer that its weights take in. */
  readonly affine: Affine | undefined;
  /** For a tied output: the layer whose matrix it uses. */
  readonly table: { readonly name: string; readonly weight: Weight } | undefined;
}

/** Adds the nodes of a layer to its graph. */
export type LayerWriter = (call: LayerCall) => Value;

/** The only input, in this order of axes. */
export function inputOf({ inputs, orders, ...call }: LayerCall, order?: Order): Value {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) return refuse(call, `has ${inputs.length} inputs`);
  return order ? orders.put(input, order) : input;
}

/** Ends the writing with `export.unsupported`. `why` continues a sentence about the layer; `help` is one by itself. */
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

/** A number, or a list of them, for each of `count` axes. */
export function eachAxis(given: unknown, count: number): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: count }, () => given);
  const list = (given ?? []) as readonly number[];
  return Array.from({ length: count }, (_, axis) => list[axis] ?? list[0] ?? 1);
}

/** The weight of this number. Throws `export.unsupported` where the layer has fewer. */
export function weightOf(call: LayerCall, index: number): Weight {
  return call.weights[index] ?? refuse(call, `lacks its weight ${index + 1}`);
}

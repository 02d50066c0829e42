import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maxValues, sizeOf } from '@murmuration/protocol/weights/layout';

/** Layers that a model runs at most, those of models and wrappers in it counted as often as they run. */
const mostLayers = 10_000;
/** TensorFlow.js makes what such a layer wraps three times over. */
const timesMade: Readonly<Record<string, number>> = { Bidirectional: 3 };

type Dictionary = Readonly<Record<string, unknown>>;

/** A layer as the file has it, its keys as TensorFlow.js has them in memory. */
interface Described extends Dictionary {
  readonly className: string;
  readonly config: Dictionary | readonly unknown[];
}

/** One of the inputs of a call: the output of a call of another layer. */
type Link = readonly [layer: string, call: number];

interface Call {
  readonly layer: string;
  readonly links: readonly Link[];
  /** How many of the links are there for certain. */
  known: number;
}

/**
 * The `modelTopology` of a file as TensorFlow.js may have it, which loops for ever over some: calls that wait for one another or for none that
 * is there, and models in models that call each other twice. Takes time that is linear in the file.
 *
 * @throws MurmurationError `model.unusable` for these, for more than 10,000 layers, a shape of more than 2^27 values, and a stateful layer
 */
export function checkedTopology(topology: object): object {
  const file = topology as Dictionary;
  const model = tfjsForm(file.model_config ?? file, '');
  if (!isDescribed(model)) return refuse('its file describes no model');
  layersOf(model);
  return model;
}

/** Keys and texts as TensorFlow.js makes them of a file; made twice, they are the same. */
function tfjsForm(value: unknown, key: string): unknown {
  if (typeof value === 'string') return camelled(value);
  if (Array.isArray(value)) {
    const isLink = ['inboundNodes', 'outputLayers', 'inputLayers'].includes(key);
    return value.map((each, i) =>
      isLink && i === 0 && typeof each === 'string' ? each : tfjsForm(each, key),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const form: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const to = camelled(name);
    form[to] = name === 'name' && typeof each === 'string' ? each : tfjsForm(each, to);
  }
  return form;
}

const camelled = (text: string): string =>
  text.length > 1 ? text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase()) : text;

function isDescribed(value: unknown): value is Described {
  if (typeof value !== 'object' || value === null) return false;
  const { className, config } = value as Dictionary;
  return typeof className === 'string' && typeof config === 'object' && config !== null;
}

/** How many layers run when one is called once. */
function layersOf({ className, config }: Described): number {
  const { layers, stateful, batchInputShape, batchShape } = config as Dictionary;
  if (stateful === true) refuse('a stateful layer would carry what one example was into the next');
  for (const shape of [batchInputShape, batchShape]) requireSmall(shape);
  const inside = Array.isArray(config) ? config : layers;
  if (className !== 'Sequential' && Array.isArray(inside)) return 1 + layersOfGraph(inside);
  return bounded(1 + (timesMade[className] ?? 1) * layersIn(config));
}

/** Of a model or a wrapper, by whatever option it has them. */
function layersIn(value: unknown): number {
  if (isDescribed(value)) return layersOf(value);
  if (typeof value !== 'object' || value === null) return 0;
  let layers = 0;
  for (const [name, each] of Object.entries(value))
    if (!/(Initializer|Regularizer|Constraint)$/.test(name)) layers += layersIn(each);
  return bounded(layers);
}

/** The layers of a graph, each as often as it is called; every call has to become possible in the end. */
function layersOfGraph(layers: readonly unknown[]): number {
  /** Calls that there are, by the name of the layer; and those that wait for one of them. */
  const made = new Map<string, number>();
  const waiting = new Map<string, Call[]>();
  const calls: Call[] = [];
  let sum = 0;
  for (const each of layers) {
    if (!isDescribed(each)) return refuse('one of its layers is described as none');
    const { name, config } = each as Described & { readonly config: Dictionary };
    if (typeof name !== 'string' || name in {} || made.has(name) || config.name !== name)
      return refuse(`it has no layer of its own for the name ${String(name)}`);
    const own = linksOf(name, each.inboundNodes);
    made.set(name, callsFromTheStart(each));
    for (const links of own) calls.push({ layer: name, links, known: 0 });
    sum = bounded(sum + Math.max(1, own.length) * layersOf(each));
  }
  let left = calls.length;
  const possible = [...calls];
  for (let call = possible.pop(); call; call = possible.pop()) {
    const missing = missingLink(call, made);
    if (missing !== undefined) {
      const others = waiting.get(missing);
      if (others) others.push(call);
      else waiting.set(missing, [call]);
      continue;
    }
    left -= 1;
    // TensorFlow.js leaves out a call of nothing.
    if (call.links.length === 0) continue;
    const number = made.get(call.layer)!;
    made.set(call.layer, number + 1);
    possible.push(...(waiting.get(`${call.layer} ${number}`) ?? []));
    waiting.delete(`${call.layer} ${number}`);
  }
  if (left > 0) refuse(`${left} calls of its layers wait for one another, or for calls that are not there`);
  return sum;
}

/** The first link of a call that is not there yet; links that are known to be there are passed over. */
function missingLink(call: Call, made: ReadonlyMap<string, number>): string | undefined {
  for (; call.known < call.links.length; call.known++) {
    const [from, number] = call.links[call.known]!;
    const calls = made.get(from);
    if (calls === undefined) return refuse(`the layer ${call.layer} follows ${from}, which is not there`);
    if (calls <= number) return `${from} ${number}`;
  }
  return undefined;
}

/** A model in a model has the call of its own inputs before any other. */
function callsFromTheStart({ className, config }: Described): number {
  const { layers } = config as Dictionary;
  return className === 'InputLayer' || (Array.isArray(layers) && layers.length > 0) ? 1 : 0;
}

function linksOf(layer: string, nodes: unknown): readonly (readonly Link[])[] {
  const isLink = (link: unknown) =>
    Array.isArray(link) && typeof link[0] === 'string' && Number.isSafeInteger(link[1]) && link[1] >= 0;
  if (!Array.isArray(nodes) || !nodes.every(node => Array.isArray(node) && node.every(isLink)))
    return refuse(`the calls of the layer ${layer} are not written as lists of [layer, call, output]`);
  return nodes;
}

/** Of what is known of it. */
export function requireSmall(shape: unknown): void {
  if (!Array.isArray(shape)) return;
  const known = shape.filter(length => typeof length === 'number').map(Math.abs);
  if (!(sizeOf(known) <= maxValues)) refuse(`the shape [${shape}] has more than ${maxValues} values`);
}

function bounded(layers: number): number {
  return layers <= mostLayers ? layers : refuse(`it runs more than ${mostLayers} layers`);
}

function refuse(why: string): never {
  throw new MurmurationError('model.unusable', `The model can't be built: ${why}.`);
}

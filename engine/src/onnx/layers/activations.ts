import { activated } from '../activations.ts';
import { float, int } from '../graph.ts';
import { inputOf, type LayerWriter, refuse, weightOf } from '../layer-call.ts';
import { axisIn } from '../values.ts';

export const activation: LayerWriter = call => activated(call, inputOf(call));

export const relu: LayerWriter = call => {
  const input = inputOf(call);
  const { graph, config } = call;
  if (typeof config.maxValue !== 'number') return activated(call, input, 'relu');
  const bounded = graph.add('Clip', [input.name, graph.scalar(0), graph.scalar(config.maxValue)]);
  return { ...input, name: bounded };
};

export const leakyRelu: LayerWriter = call => {
  const input = inputOf(call);
  const alpha = float((call.config.alpha as number | undefined) ?? 0.3);
  return { ...input, name: call.graph.add('LeakyRelu', [input.name], { alpha }) };
};

export const elu: LayerWriter = call => {
  const input = inputOf(call);
  const alpha = float((call.config.alpha as number | undefined) ?? 1);
  return { ...input, name: call.graph.add('Elu', [input.name], { alpha }) };
};

export const thresholdedRelu: LayerWriter = call => {
  const input = inputOf(call);
  const alpha = float((call.config.theta as number | undefined) ?? 1);
  return { ...input, name: call.graph.add('ThresholdedRelu', [input.name], { alpha }) };
};

/** Writes a PReLU with learned slopes below zero, one for each value of a row. */
export const parametricRelu: LayerWriter = call => {
  const input = inputOf(call, 'last');
  const { values, shape } = weightOf(call, 0);
  const slope = call.graph.vector(`${call.name}_slope`, values, shape);
  return { ...input, name: call.graph.add('PRelu', [input.name, slope], {}, { wanted: call.name }) };
};

export const softmax: LayerWriter = call => {
  const input = inputOf(call);
  const { axis = -1 } = call.config;
  if (typeof axis !== 'number') return refuse(call, 'is over several axes');
  const at = int(axisIn(input, axis));
  return { ...input, name: call.graph.add('Softmax', [input.name], { axis: at }, { wanted: call.name }) };
};

// Files of ONNX that take what whoever asks says: memory, or time.
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';

const float = 1;
const int64 = 7;
const bool = 9;

const port = (name: string, elemType: number, shape: readonly number[]) =>
  create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType,
          shape: create(TensorShapeProtoSchema, {
            dim: shape.map(length =>
              create(TensorShapeProto_DimensionSchema, {
                value: { case: 'dimValue', value: BigInt(length) },
              }),
            ),
          }),
        }),
      },
    }),
  });

const one = create(TensorProtoSchema, { name: 'one', dataType: float, dims: [1n], floatData: [1] });
const node = (
  opType: string,
  input: string[],
  output: string[],
  attribute: ReturnType<typeof create<typeof AttributeProtoSchema>>[] = [],
) => create(NodeProtoSchema, { name: opType, opType, input, output, attribute });

function model(graph: Parameters<typeof create<typeof GraphProtoSchema>>[1]): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
      graph: create(GraphProtoSchema, { name: 'graph', ...graph }),
    }),
  );
}

/** From how many ones, `shape` INT64 [1], to the largest of them, `y` FP32 [1]. */
export const expanding: Uint8Array = model({
  node: [
    node('Expand', ['one', 'shape'], ['many']),
    node(
      'ReduceMax',
      ['many'],
      ['y'],
      [create(AttributeProtoSchema, { name: 'keepdims', type: Kind.INT, i: 1n })],
    ),
  ],
  initializer: [one],
  input: [port('shape', int64, [1])],
  output: [port('y', float, [1])],
});

/** From a number of turns, `turns` INT64 [1], to 1 plus that, `y` FP32 [1]. */
export const looping: Uint8Array = model({
  node: [
    node(
      'Loop',
      ['turns', '', 'one'],
      ['y'],
      [
        create(AttributeProtoSchema, {
          name: 'body',
          type: Kind.GRAPH,
          g: create(GraphProtoSchema, {
            name: 'body',
            node: [node('Identity', ['go'], ['on']), node('Add', ['x', 'one'], ['next'])],
            input: [port('turn', int64, []), port('go', bool, []), port('x', float, [1])],
            output: [port('on', bool, []), port('next', float, [1])],
          }),
        }),
      ],
    ),
  ],
  initializer: [one],
  input: [port('turns', int64, [1])],
  output: [port('y', float, [1])],
});

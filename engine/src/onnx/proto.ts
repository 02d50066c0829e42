import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { type Attribute, type ElementType, elementTypes, type Graph } from './graph.ts';

/** Operators of ONNX 1.12 (2022): runtimes since then read these files. */
const operatorSet = 17;
/** Version of the file format of ONNX 1.12. */
const irVersion = 8;

/** Input or output; a length is a number, or a name for one that is known only when the model runs. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface GraphDescription {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Properties of the model for readers, by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of an `.onnx` file; equal graphs give equal bytes. */
export function onnxBytes(graph: Graph, { name, inputs, outputs, metadata }: GraphDescription): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(operatorSet) })],
    producerName: 'Murmuration',
    graph: create(GraphProtoSchema, {
      name,
      node: graph.nodes.map((node, at) =>
        create(NodeProtoSchema, {
          name: `${node.op}_${at}`,
          opType: node.op,
          input: [...node.inputs],
          output: [...node.outputs],
          attribute: Object.entries(node.attributes).map(([key, attribute]) => attributeOf(key, attribute)),
        }),
      ),
      initializer: graph.constants.map(constant =>
        create(TensorProtoSchema, {
          name: constant.name,
          dataType: elementTypes[constant.type],
          dims: constant.shape.map(BigInt),
          rawData: constant.bytes as Uint8Array<ArrayBuffer>,
        }),
      ),
      input: inputs.map(portOf),
      output: outputs.map(portOf),
    }),
    metadataProps: Object.entries(metadata).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  });
  return toBinary(ModelProtoSchema, model);
}

function attributeOf(name: string, attribute: Attribute) {
  switch (attribute.kind) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(attribute.value) });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: attribute.value.map(BigInt) });
    case 'float':
      return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: attribute.value });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: Kind.FLOATS, floats: [...attribute.value] });
    case 'string':
      return create(AttributeProtoSchema, { name, type: Kind.STRING, s: encode(attribute.value) });
    case 'strings':
      return create(AttributeProtoSchema, { name, type: Kind.STRINGS, strings: attribute.value.map(encode) });
  }
}

function portOf({ name, type, shape }: Port) {
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: elementTypes[type],
          shape: create(TensorShapeProtoSchema, {
            dim: shape.map(length =>
              create(TensorShapeProto_DimensionSchema, {
                value:
                  typeof length === 'number'
                    ? { case: 'dimValue', value: BigInt(length) }
                    : { case: 'dimParam', value: length },
              }),
            ),
          }),
        }),
      },
    }),
  });
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

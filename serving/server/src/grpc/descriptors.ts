import type { PackageDefinition } from '@grpc/proto-loader';
import descriptor from 'protobufjs/ext/descriptor/index.js';

/** Fields of a `DescriptorProto` that are used here. */
interface MessageDescriptor {
  name: string;
  readonly field: { readonly name: string; typeName?: string }[];
  readonly nestedType: readonly MessageDescriptor[];
  readonly options?: { readonly mapEntry?: boolean } | null;
}

/**
 * Returns a package whose files other languages can load. Protobufjs names the entries of a map after its
 * field, `Parameters`; compilers, and clients that check reflection, require `ParametersEntry`.
 */
export function loadable(definition: PackageDefinition): PackageDefinition {
  const files = new Map<Buffer, Buffer>();
  const corrected = (file: Buffer): Buffer => {
    const found = files.get(file) ?? withNamedEntries(file);
    files.set(file, found);
    return found;
  };
  return Object.fromEntries(
    Object.entries(definition).map(([name, found]) => [
      name,
      Array.isArray(found.fileDescriptorProtos)
        ? { ...found, fileDescriptorProtos: found.fileDescriptorProtos.map(corrected) }
        : found,
    ]),
  ) as PackageDefinition;
}

function withNamedEntries(file: Buffer): Buffer {
  const decoded = descriptor.FileDescriptorProto.decode(file);
  const { messageType } = decoded as unknown as { readonly messageType: readonly MessageDescriptor[] };
  for (const message of messageType) nameEntries(message);
  return Buffer.from(descriptor.FileDescriptorProto.encode(decoded).finish());
}

function nameEntries({ field, nestedType }: MessageDescriptor): void {
  for (const nested of nestedType) {
    nameEntries(nested);
    const map = nested.options?.mapEntry ? field.find(({ typeName }) => typeName === nested.name) : undefined;
    if (!map) continue;
    nested.name = `${map.name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Entry`;
    map.typeName = nested.name;
  }
}

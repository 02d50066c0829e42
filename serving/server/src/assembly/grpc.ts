import { isLoopback } from '../access/loopback.ts';
import type { CertificateFiles } from '../grpc/certificate.ts';
import type { GrpcDoor, GrpcPorts } from '../grpc/door.ts';
import { requireToken } from './exposure.ts';
import type { InferenceSettings } from './settings.ts';

/**
 * Opens the port of gRPC that the settings name; undefined where they name none. What they don't say, `standard` does. Throws `config.invalid`
 * where it can be reached from other machines and there is no token, can't be listened on, or its certificate is wrong.
 */
export async function openGrpcPort(
  { grpc, tokens }: InferenceSettings,
  ports: Omit<GrpcPorts, 'isLocal'>,
  standard: { readonly host: string; readonly tls?: CertificateFiles | undefined },
): Promise<GrpcDoor | undefined> {
  if (!grpc) return undefined;
  const { host = standard.host, port, tls = standard.tls } = grpc;
  requireToken(host, tokens);
  // Only here: whoever has no such port does not wait for gRPC to load.
  const { openGrpc } = await import('../grpc/door.ts');
  return openGrpc({ ...ports, isLocal: isLoopback(host) }, { host, port, tls });
}

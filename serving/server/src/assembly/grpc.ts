import { isLoopback } from '../access/loopback.ts';
import type { CertificateFiles } from '../grpc/certificate.ts';
import type { GrpcDoor, GrpcPorts } from '../grpc/door.ts';
import { requireToken } from './exposure.ts';
import type { InferenceSettings } from './settings.ts';

/**
 * Opens the gRPC port that the settings name; undefined if they name none. `standard` gives the defaults.
 * Throws `config.invalid` if other machines can reach the port and there is no token, if it can't be listened
 * on, or if its certificate is wrong.
 */
export async function openGrpcPort(
  { grpc, tokens }: InferenceSettings,
  ports: Omit<GrpcPorts, 'isLocal'>,
  standard: { readonly host: string; readonly tls?: CertificateFiles | undefined },
): Promise<GrpcDoor | undefined> {
  if (!grpc) return undefined;
  const { host = standard.host, port, tls = standard.tls } = grpc;
  requireToken(host, tokens);
  // Loaded here so that servers without gRPC need not wait for it.
  const { openGrpc } = await import('../grpc/door.ts');
  return openGrpc({ ...ports, isLocal: isLoopback(host) }, { host, port, tls });
}

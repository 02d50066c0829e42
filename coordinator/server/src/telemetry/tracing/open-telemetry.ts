/** The API of OpenTelemetry, which an operator may install beside the coordinator. */
export type OpenTelemetry = typeof import('@opentelemetry/api');

/** The package where it is installed; undefined where it is not. Throws whatever else goes wrong while it loads. */
export async function findOpenTelemetry(
  load: () => Promise<OpenTelemetry> = () => import('@opentelemetry/api'),
): Promise<OpenTelemetry | undefined> {
  try {
    return await load();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

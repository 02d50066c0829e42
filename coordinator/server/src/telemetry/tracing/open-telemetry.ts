/** API of OpenTelemetry, an optional package that an operator may install. */
export type OpenTelemetry = typeof import('@opentelemetry/api');

/** Returns the package, or undefined if it is not installed. Throws other errors of loading it. */
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

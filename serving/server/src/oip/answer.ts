import type { InferenceServer } from '../server/inference-server.ts';
import type { InferRequest, InferResponse } from '../server/request.ts';
import type { Signal } from '../server/signal.ts';
import { sizeOf } from '../tensors/size.ts';
import { writeOip } from './conversions.ts';
import type { OipRequest } from './infer-request.ts';
import type { OipBody } from './infer-response.ts';

/**
 * Answers a request in the form that it asks for; `models` are those that its asker may ask. Throws as
 * `InferenceServer.infer` and `writeInferResponse`.
 */
export async function answerOip(
  { converter, limits }: Pick<InferenceServer, 'converter' | 'limits'>,
  models: Pick<InferenceServer, 'infer'>,
  { id, inputs, outputs: wanted, isBinary, parameters, timeout }: OipRequest,
  about: Pick<InferRequest, 'model' | 'version' | 'protocol' | 'headers'>,
  signal?: Signal,
): Promise<OipBody & Pick<InferResponse, 'model' | 'version'>> {
  const names = wanted?.map(output => output.name);
  const asked = { ...about, inputs, outputs: names, id, parameters, timeout };
  const { model, version, outputs } = await models.infer(asked, signal);
  const asText = outputs.filter((_, index) => !(wanted?.[index]?.isBinary ?? isBinary));
  const answer = { model, version, outputs, id, wanted, isBinary, most: limits.body };
  return { model, version, ...(await converter.convert(writeOip, answer, sizeOf(asText), signal)) };
}

import { startBackend } from '@murmuration/engine/backend/backend';
import type { Deviation } from '@murmuration/engine/measure/difference';
import { measureStored } from '@murmuration/engine/measure/stored';
import type { ModelParts } from '@murmuration/engine/models/model';

/** Measures how far the answers of a model with smaller weights are from those with all of them. */
export default async function measure({
  whole,
  smaller,
}: Readonly<Record<'whole' | 'smaller', ModelParts>>): Promise<Deviation> {
  await startBackend();
  return measureStored(whole, smaller);
}

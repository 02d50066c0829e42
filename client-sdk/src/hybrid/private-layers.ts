import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  decodeKeptLayers,
  encodeKeptLayers,
  type KeptLayers,
  withKeptLayers,
} from '../private-layers/kept-layers.ts';
import type { PersonalModel } from './personal.ts';

/**
 * Returns the global version with this device's private layers, as rounds have trained them (FedPer:
 * Arivazhagan et al. 2019). It learns in rounds whose plan names private layers, and can't answer before.
 */
export function privateLayers(): PersonalModel {
  return {
    name: 'private-layers',
    needsGlobal: true,
    async learn({ previous }, { privateLayers }) {
      const kept = await privateLayers.kept();
      return kept ? encodeKeptLayers(kept) : previous;
    },
    async open(bytes, global, { inference }) {
      const own = withKeptLayers(global!, decode(bytes));
      if (own) return inference.open(own);
      throw new MurmurationError(
        'plan.private-layers',
        'The private layers on this device have other shapes than the new version; the next round creates them again.',
      );
    },
  };
}

function decode(bytes: Uint8Array): KeptLayers {
  const kept = decodeKeptLayers(bytes);
  if (!kept) throw new MurmurationError('hybrid.damaged');
  return kept;
}

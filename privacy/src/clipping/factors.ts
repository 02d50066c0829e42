import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** What a contribution of that norm is multiplied by so that its norm is at most `clip`. */
export const clipFactor = (norm: number, clip: number): number => (norm > clip ? clip / norm : 1);

/**
 * Clips of layers whose contributions together have a norm of at most `clip`: in proportion to the shares, or the same for each (McMahan et al. 2018,
 * "Learning Differentially Private Recurrent Language Models", per-layer clipping).
 * @throws MurmurationError `config.invalid` for a share that is not above 0.
 */
export function layerClips(clip: number, shares: readonly number[]): readonly number[] {
  const wrong = shares.find(share => !(share > 0 && Number.isFinite(share)));
  if (wrong !== undefined)
    throw new MurmurationError('config.invalid', `A layer's share of the clip is above 0; found ${wrong}.`);
  const norm = Math.hypot(...shares);
  return shares.map(share => (clip * share) / norm);
}

/** The factor of each layer, by its norm and its clip. */
export const layerFactors = (norms: readonly number[], clips: readonly number[]): readonly number[] =>
  norms.map((norm, layer) => clipFactor(norm, clips[layer]!));

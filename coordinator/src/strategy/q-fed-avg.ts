import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { SumStrategy } from './strategy.ts';

export interface QFedAvgSettings {
  /** How much more devices count on which the model does worse, above 0 to 20; 1 by default. Near 0 it is federated averaging of equal weights. */
  readonly q?: number;
  /** L, the steepest that a device's gradient changes; 1 / `plan.learningRate` by default, as in the paper. */
  readonly lipschitz?: number;
}

/** The weight of an average update: those of a sixteenth of the default cap have room above it, and enough steps below. */
const usualWeight = 256;

/**
 * q-FedAvg (Li et al. 2020, Algorithm 2): w ← w + Σ F^q Δ / Σ (F^q + q L F^(q−1) ‖Δ‖²), F the loss of a device before it trained, so that devices on
 * which the model does badly pull harder, and the model does more alike on all. Devices send F^q Δ and the denominator as value and weight
 * of their update, so that masks hide both (SPEC.md, RD20). The state is the mean denominator of the last round, in which the weights of the
 * next are measured. Throws `config.invalid` for settings out of range.
 */
export function qFedAvg({ q = 1, lipschitz }: QFedAvgSettings = {}): SumStrategy<{ readonly scale: number }> {
  if (!(q > 0 && q <= 20))
    throw new MurmurationError('config.invalid', `qFedAvg: q is above 0, up to 20; found ${q}.`);
  if (lipschitz !== undefined && !(lipschitz > 0 && lipschitz <= 1e6))
    throw new MurmurationError(
      'config.invalid',
      `qFedAvg: lipschitz is above 0, up to 1,000,000; found ${lipschitz}.`,
    );
  return {
    name: 'qFedAvg',
    consumes: 'sum',
    init: () => ({ scale: 1 }),
    fairness: ({ scale }) => ({
      q,
      unit: scale / usualWeight,
      ...(lipschitz !== undefined && { lipschitz }),
    }),
    apply({ scale }, model, { delta, weight }, contributors) {
      const next = new Float32Array(model.length);
      for (let i = 0; i < next.length; i++) next[i] = model[i]! + delta[i]!;
      if (!contributors) return { state: { scale }, model: next };
      // Losses that fall over many rounds stay within the range of weights.
      const measured = (scale * weight) / contributors / usualWeight;
      return { state: { scale: Math.max(1e-9, Math.min(1e6, measured)) }, model: next };
    },
  };
}

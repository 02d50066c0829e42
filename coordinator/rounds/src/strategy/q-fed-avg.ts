import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { SumStrategy } from './strategy.ts';

export interface QFedAvgSettings {
  /**
   * Emphasis on devices on which the model does worse, above 0 to 20; 1 by default. Near 0 it is federated
   * averaging with equal weights.
   */
  readonly q?: number;
  /** L, Lipschitz constant of a device's gradient; 1 / `plan.learningRate` by default, as in the paper. */
  readonly lipschitz?: number;
}

/** Powers of losses below which weights can't be told apart. */
const leastScale = 1e-9;

/**
 * q-FedAvg (Li et al. 2020, Algorithm 2): w ← w + Σ F^q Δ / Σ (F^q + q L F^(q−1) ‖Δ‖²), with F the loss of a
 * device before it trained. Devices on which the model does badly pull harder, so that its quality becomes
 * more even. Devices weigh Δ by F^q, as far as the bounds of weights allow, and send the denominator with it,
 * so that masks hide both (SPEC.md, RD20). The state is the mean F^q of the last round, around which the
 * weights of the next lie. Throws `config.invalid` for settings out of range.
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
    fairness: ({ scale }) => ({ q, scale, ...(lipschitz !== undefined && { lipschitz }) }),
    apply(state, model, { delta, scale = state.scale }) {
      const next = new Float32Array(model.length);
      for (let i = 0; i < next.length; i++) next[i] = model[i]! + delta[i]!;
      // Losses that fall over many rounds stay within the range of weights.
      return { state: { scale: Math.max(leastScale, Math.min(1e6, scale)) }, model: next };
    },
  };
}

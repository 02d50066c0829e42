import type { Correlated, Mechanism } from '../mechanisms/mechanism.ts';
import type { Numbers, Statement } from './statement.ts';

/** Formats a number to three digits. */
const figure = (value: number): string =>
  value !== 0 && (value < 1e-3 || value >= 1e6)
    ? value.toExponential(Number.isInteger(Math.log10(value)) ? 0 : 2)
    : value.toLocaleString('en', { maximumSignificantDigits: 3 });

const percent = (share: number): string => `${figure(100 * share)} %`;

const listed = (items: readonly string[]): string => new Intl.ListFormat('en').format(items);

/** Describes a statement as a paragraph in plain words, with all its conditions. */
export function describeStatement(statement: Statement): string {
  const { delta, released, clip, enforcedBy, notCounted } = statement;
  if (!statement.holds) return `No ε holds for what is released (${released}). ${statement.reason}`;
  const { epsilon, mu, truePositives, accountant } = statement;
  return [
    `ε is ${figure(epsilon)} at δ = ${figure(delta)} for each device: had it contributed zeros in its rounds, no outcome would be more than ` +
      'e^ε times more or less likely, apart from δ.',
    `Released: ${released}.`,
    `A test that accuses one in ten of those who did not take part finds at most ${percent(truePositives)} of those who did (μ = ${figure(mu)}).`,
    `Contributions are clipped to a norm of ${figure(clip)}${noiseOf(statement)}.${participationOf(statement)}`,
    `${noiseOrigin(statement)}${describeMechanism(statement.mechanism)} Participation is enforced by ${listed(enforcedBy.map(party => `the ${party}`))}.`,
    `Accountant: ${accountants[accountant]}.`,
    ...(notCounted.length > 0 ? [`Not counted: ${listed(notCounted)}.`] : []),
  ].join(' ');
}

const accountants = {
  gaussian: 'the exact curve of Gaussian noise',
  pld: 'privacy loss distributions, rounded up',
  rdp: 'Rényi divergences, which make ε somewhat too large',
} as const;

const noiseOrigin = ({ noiseBy, quorum }: Statement): string =>
  noiseBy === 'coordinator' || quorum === undefined
    ? `The ${noiseBy} adds the noise.`
    : `Devices add the noise, and it is enough with that of ${quorum.toLocaleString('en')} of them.`;

/**
 * Describes the correlation of noise between rounds as sentences, each with a space before it and only once,
 * if several were composed; empty without correlated noise.
 */
function describeMechanism(mechanism: Mechanism): string {
  const ways = new Set(correlatedOf(mechanism).map(describeNoise));
  return [...ways].map(way => ` ${way}`).join('');
}

function correlatedOf(mechanism: Mechanism): readonly Correlated[] {
  if (mechanism.kind === 'correlated') return [mechanism];
  if (mechanism.kind === 'repeated') return correlatedOf(mechanism.of);
  return mechanism.kind === 'composed' ? mechanism.parts.flatMap(correlatedOf) : [];
}

function describeNoise({ noise }: Correlated): string {
  if (noise.kind === 'blt')
    return `It is correlated from round to round (BLT, θ = ${noise.theta.map(parameter).join(', ')}; ω = ${noise.omega.map(parameter).join(', ')}).`;
  return noise.bands === 1
    ? 'It is independent from round to round.'
    : `It is correlated over ${noise.bands.toLocaleString('en')} rounds (BISR).`;
}

/** Formats to nine digits: a parameter near 1 differs in the last of them. */
const parameter = (value: number): string => String(Number(value.toPrecision(9)));

const noiseOf = ({ noiseMultiplier }: Numbers): string =>
  noiseMultiplier === undefined ? '' : `, and the noise multiplier is ${figure(noiseMultiplier)}`;

function participationOf({ rounds, separation, participations, probability }: Numbers): string {
  if (participations === undefined) return '';
  const often = participations === 1 ? 'once' : `${participations.toLocaleString('en')} times`;
  if (probability !== undefined)
    return ` The coordinator draws each device with the probability ${figure(probability)}, ${often}.`;
  if (rounds === undefined || separation === undefined) return ` A device takes part at most ${often}.`;
  const within = ` In ${rounds.toLocaleString('en')} rounds a device takes part at most ${often}`;
  if (separation === 1) return `${within}.`;
  return `${within}, no sooner than ${separation.toLocaleString('en')} rounds after its last part.`;
}

/** Norms of a round after its release. */
export interface ReleasedRound {
  /** Euclidean norm of what was released: the sum with its noise, or anything proportional to it. */
  readonly norm: number;
  /** Expected norm of its noise, in the same unit: standard deviation × √values. */
  readonly noiseNorm: number;
}

/**
 * Estimates the ratio of the rounds' noise to what it hides, by norms. Uses only released data, so it reveals
 * nothing more: ‖sum‖² is about ‖released‖² − ‖noise‖². `share` is infinite if nothing rises above the noise.
 */
export function noiseShare(rounds: readonly ReleasedRound[]): {
  readonly share: number;
  readonly words: string;
} {
  const noise = rounds.reduce((sum, { noiseNorm }) => sum + noiseNorm ** 2, 0);
  const signal = rounds.reduce((sum, { norm, noiseNorm }) => sum + norm ** 2 - noiseNorm ** 2, 0);
  const share = noise === 0 ? 0 : signal > 0 ? Math.sqrt(noise / signal) : Infinity;
  const over = rounds.length === 1 ? 'In the last round' : `Over the last ${rounds.length} rounds`;
  if (share === Infinity) return { share, words: `${over} the noise hides the mean update entirely.` };
  return { share, words: `${over} the noise is ${figure(share)} of the mean update.` };
}

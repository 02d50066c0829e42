import { systemClock } from '@murmuration/protocol/time/system-clock';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import { adversariesOf } from '@murmuration/simulations/adversaries/adversaries';
import { smsText } from '@murmuration/simulations/data/sms';
import type { GivenSettings, Scenario } from '@murmuration/simulations/scenario/define-scenario';
import { loadScenario } from '@murmuration/simulations/scenario/load-scenario';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import * as z from 'zod';
import { type Empirical, empiricalEpsilon } from './empirical.ts';
import type { MembershipEpsilon } from './likelihood-ratio.ts';
import { membership } from './membership.ts';
import { release } from './released.ts';
import { scoresOf } from './scores.ts';

const whole = z.int().min(1);

const schema = z.strictObject({
  /** Budget to audit, see `privacy` of a task. */
  epsilon: z.number().positive().max(1e3).default(4),
  delta: z.number().positive().lt(1).default(1e-5),
  rounds: whole.max(1_000).default(20),
  separation: whole.max(1_000).default(5),
  /** Devices whose updates make a version. */
  cohort: whole.max(10_000).default(60),
  /** Share of devices that are canaries; the others learn. */
  canaries: z.number().gt(0).lte(1).default(0.75),
  /** Ratio of the canaries' length to the clip in the run without clipping. */
  longer: z.number().gt(1).max(1e3).default(5),
  /** Hidden units of the model, which has 75 values per unit. */
  hidden: whole.max(10_000).default(256),
  /** Membership inference on models that real phones teach; `models` 0: none. */
  membership: z
    .strictObject({
      /** Number of phones; about half of them teach each model. */
      devices: whole.max(280).default(40),
      /** Models of each kind. */
      models: z.int().min(0).max(1_000).default(24),
      /** Number of words that models distinguish. */
      words: z.int().min(2).max(1_000).default(40),
    })
    .prefault({}),
});
type AuditSettings = z.output<typeof schema>;

/**
 * Makes the audit of federations of the scenario in `file`, which needs the settings `data.clients` and
 * `model.hidden`.
 */
export function privacyAudit(file: URL) {
  return {
    schema,
    run: async (options: ScenarioOptions<AuditSettings>) => audit(await loadScenario(file), options),
  };
}

/** Difference of a run from the unbroken one. */
interface Variant {
  readonly settings?: GivenSettings;
  /** Factor on the noise. */
  readonly noise?: number;
}

/**
 * Measures ε on the versions of a federation with the SDK's own devices, coordinator and ledger: once as it
 * is, and once each without noise, without clipping, and with devices that take part in every round. The
 * coordinator states the same ε each time.
 */
async function audit(
  scenario: Scenario,
  { seed, settings, log }: ScenarioOptions<AuditSettings>,
): Promise<Findings> {
  const began = systemClock.now();
  const audited = schema.parse(settings ?? {});
  const { epsilon, delta, rounds, separation, longer, cohort } = audited;
  const budget = { epsilon, delta, rounds };
  const asStated = privacyOf({ ...budget, separation, noise: 'correlated' });
  const always = privacyOf({ ...budget, separation: 1, noise: 'correlated' });
  const play = async (title: string, { settings: change = {}, noise = 1 }: Variant): Promise<Played> => {
    log(title);
    return played(scenario, [base(audited, seed), change], noise, audited, seed, log);
  };
  const held = await play('As the budget has it:', {});
  const noiseOff = await play('Without noise:', { noise: 0 });
  const clippingOff = await play('With contributions that nothing clips:', {
    settings: { update: { clip: longer }, adversaries: { attack: { kind: 'canary', length: longer } } },
    noise: 1 / longer,
  });
  const separationIgnored = await play('With the same devices in every round:', {
    settings: {
      data: { clients: cohort },
      privacy: { separation: 1 },
    },
    noise: asStated.noiseMultiplier / always.noiseMultiplier,
  });
  log('Membership inference:');
  const inferred =
    audited.membership.models > 0
      ? membership(smsText().phones, { ...audited.membership, epsilon, delta, seed }, log)
      : null;
  const figures = {
    accounted: held.accounted,
    empirical: held.empirical,
    noiseOff: noiseOff.empirical,
    clippingOff: clippingOff.empirical,
    separationIgnored: separationIgnored.empirical,
    membership: inferred,
    delta,
    seed,
    seconds: (systemClock.now() - began) / 1_000,
  };
  return { figures, table: [...tableOf(figures), ...membershipRows(inferred)] };
}

interface Played {
  /** ε that the coordinator states. */
  readonly accounted: number;
  readonly empirical: Empirical;
}

async function played(
  scenario: Scenario,
  settings: readonly GivenSettings[],
  noise: number,
  { delta, cohort, canaries: share }: AuditSettings,
  seed: number,
  log: (line: string) => void,
): Promise<Played> {
  const released = await release({ scenario, settings, noise, log });
  const adversaries = adversariesOf({ share, attack: { kind: 'canary', length: 1 } }, seed);
  const devices = new Set(released.contributors.flat());
  const canaries = [...devices].filter(device => adversaries.isAdversary(device)).sort((a, b) => a - b);
  const parts = canaries.map(device => released.contributors.filter(all => all.includes(device)).length);
  const most = Math.max(...parts);
  const { statement } = released;
  const scores = scoresOf(released, canaries, seed, Math.max(1, most));
  log(`  ${scores.present.length} canaries of ${cohort} devices a round, each with ${most} parts`);
  return {
    accounted: statement.holds ? statement.epsilon : Number.POSITIVE_INFINITY,
    empirical: empiricalEpsilon(scores, delta, seed),
  };
}

/** Returns the settings of the audited federation. */
function base(
  { epsilon, delta, rounds, separation, cohort, canaries, hidden }: AuditSettings,
  seed: number,
): GivenSettings {
  return {
    seed,
    data: { clients: cohort * separation, perClient: 10, heldOut: 20, dimensions: 64, clusters: 10 },
    model: { hidden },
    update: { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform' },
    privacy: { epsilon, delta, separation },
    cohort: { goal: cohort, minimum: Math.ceil(cohort / 2), selection: 'steered' },
    schedule: { every: '10 min' },
    adversaries: { share: canaries, attack: { kind: 'canary', length: 1 } },
    evaluation: { every: 1_000, clients: 0 },
    stop: { rounds },
  };
}

function tableOf({
  accounted,
  empirical,
  noiseOff,
  clippingOff,
  separationIgnored,
}: Readonly<Record<'empirical' | 'noiseOff' | 'clippingOff' | 'separationIgnored', Empirical>> & {
  readonly accounted: number;
}): string[][] {
  const row = (title: string, { epsilon, lower, upper, canaries }: Empirical) => [
    title,
    shown(accounted),
    shown(epsilon),
    `${shown(lower)} to ${shown(upper)}`,
    String(canaries),
  ];
  return [
    ['', 'ε stated', 'ε measured', '95 %', 'canaries'],
    row('as the budget has it', empirical),
    row('without noise', noiseOff),
    row('nothing clipped', clippingOff),
    row('in every round', separationIgnored),
  ];
}

const rowNames = { ngram: 'an n-gram', neural: 'a small neural model' } as const;

/** Returns rows of the same columns about membership inference; its interval resamples devices. */
function membershipRows(found: ReturnType<typeof membership> | null): string[][] {
  if (!found) return [];
  return Object.entries(rowNames).flatMap(([kind, name]) => {
    const { accounted, empirical, noiseOff } = found[kind as keyof typeof rowNames];
    const row = (title: string, { epsilon, lower, upper }: MembershipEpsilon) => [
      `membership in ${name}${title}`,
      shown(accounted),
      shown(epsilon),
      `${shown(lower)} to ${shown(upper)}`,
      '',
    ];
    return [row('', empirical), row(', without noise', noiseOff)];
  });
}

const shown = (epsilon: number): string => epsilon.toPrecision(3);

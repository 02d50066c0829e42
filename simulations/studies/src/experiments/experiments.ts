import { normalQuantile } from '@murmuration/monitoring/distributions/normal';
import { halfWidth, tuned } from '@murmuration/monitoring/experiments/always-valid';
import { effectOfShares, unitsFor } from '@murmuration/monitoring/experiments/fixed-horizon';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { Coin } from './coin.ts';
import { lookOften, perLook, stopsForRatio } from './looks.ts';

const experiments = 2_000;
const alpha = 0.05;
const aaUnits = 10_000;
const [control, treatment] = [0.12, 0.15];
const wantedPower = 0.8;
const ratioUnits = 40_000;
const ratioAlpha = 0.01;
const faultyShare = 0.48;

/**
 * Compares the decisions of people who look at experiments all the time: with the sequential tests of
 * monitoring, and with a z-test at each look.
 */
export async function run({ seed, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const share = (purpose: string, isFound: (coin: Coin) => boolean) => {
    const coin = new Coin(seed, purpose);
    let found = 0;
    for (let experiment = 0; experiment < experiments; experiment++) found += Number(isFound(coin));
    return found / experiments;
  };

  const aa = { alwaysValid: 0, naive: 0 };
  const coin = new Coin(seed, 'aa');
  for (let experiment = 0; experiment < experiments; experiment++) {
    const settings = { units: aaUnits, control, treatment: control, alpha, tuning: aaUnits / 2 };
    const seen = lookOften(coin, settings);
    aa.alwaysValid += Number(seen.alwaysValid) / experiments;
    aa.naive += Number(seen.naive) / experiments;
  }
  log(`${experiments} experiments without a difference: ${percent(aa.alwaysValid)} decided.`);

  const fixedUnits = 2 * unitsFor(effectOfShares(control, treatment), { alpha, power: wantedPower });
  const factor = factorOf(fixedUnits);
  const units = Math.ceil((fixedUnits * factor) / perLook) * perLook;
  const power = share(
    'power',
    each => lookOften(each, { units, control, treatment, alpha, tuning: units }).alwaysValid,
  );
  log(`${experiments} experiments with a difference: ${percent(power)} found it within ${units} units.`);

  const srm = {
    falseAlarms: share('ratio', each => stopsForRatio(each, ratioUnits, 0.5, ratioAlpha)),
    found: share('fault', each => stopsForRatio(each, ratioUnits, faultyShare, ratioAlpha)),
  };
  return {
    figures: {
      aa,
      power,
      srm,
      factor,
      fixedUnits: Math.ceil(fixedUnits),
      units,
      alpha,
      experiments,
      perLook,
      seed,
      seconds: (systemClock.now() - began) / 1_000,
    },
    table: [
      ['of experiments without a difference, looked at 200 times, called decided', ''],
      ['by the sequential test', percent(aa.alwaysValid)],
      ['by a z-test at each look', percent(aa.naive)],
      ['of experiments of 12 % against 15 %, decided', ''],
      [
        `by the sequential test, within ${units} units (${factor.toFixed(2)} × the fixed size)`,
        percent(power),
      ],
      ['stopped by the sample-ratio test within 40,000 units', ''],
      ['with equal arms', percent(srm.falseAlarms)],
      ['with arms of 48 % and 52 %', percent(srm.found)],
    ],
  };
}

/**
 * Returns the ratio of units that the sequential test needs to those of a test with a fixed end, for the same
 * power, at the size that it is tuned for. It follows from the width of the interval there, in standard
 * errors, which does not depend on the size (Waudby-Smith et al. 2021, equation 155).
 */
function factorOf(units: number): number {
  const width = halfWidth(units, 1, tuned(alpha, units), alpha) * Math.sqrt(units);
  const beyond = normalQuantile(wantedPower);
  return ((width + beyond) / (normalQuantile(1 - alpha / 2) + beyond)) ** 2;
}

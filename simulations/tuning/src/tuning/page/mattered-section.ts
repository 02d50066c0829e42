import type { EffectChart } from '@murmuration/monitoring/kit/chart';
import { nothing, type Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { html } from '@murmuration/monitoring/kit/markup';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import { rounded } from '@murmuration/simulations/report/learning-charts';
import type { Dimension } from '@murmuration/simulations/spaces/dimensions';
import { fewestTrials, type SettingEffect } from '../importance/importance.ts';
import type { Tuned } from '../tuned.ts';
import { counted } from './words.ts';

/** Settings whose effect is drawn, those that mattered most. */
const maxDrawnSettings = 6;

/** Which settings mattered, and at which values. */
export function mattered(tuned: Tuned): Section {
  const { effects, rungs, space } = tuned;
  const title = 'Which settings mattered';
  if (effects.length === 0)
    return {
      id: 'mattered',
      title,
      before: nothing(`Fewer than ${fewestTrials} trials tell nothing of settings.`),
    };
  const alone = effects.reduce((sum, { share }) => sum + share, 0);
  const dimensions = new Map(space.dimensions.map(each => [each.name, each]));
  return {
    id: 'mattered',
    title,
    before: html`<div class="words"><p>The share of the variance that each setting explains by itself: a functional ANOVA (Hutter, Hoos and Leyton-Brown 2014) of a random forest on the ranks of all trials after ${counted(rungs[0]!.until, tuned)}. The line is as far as the trees disagree. ${quantity(Math.max(0, 1 - alone), 'share')} lies in settings that act together, and in noise.</p></div>
${tableMarkup(
  title,
  ['Setting', 'Share', 'Of all'],
  effects.map(({ name, share, deviation }) => [name, quantity(share, 'share'), bar(share, deviation)]),
)}<h3>By value</h3>`,
    figures: effects.slice(0, maxDrawnSettings).map((effect, i) => ({
      id: `effect-${i + 1}`,
      title: effect.name,
      summary: told(effect, tuned),
      chart: chartOf(effect, dimensions.get(effect.name)!, tuned),
    })),
  };
}

/** A share as a bar, with what it may be off by. */
function bar(share: number, deviation: number) {
  const percent = (value: number) => (100 * Math.min(1, Math.max(0, value))).toFixed(1);
  return html`<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10" rx="2"></rect><rect class="part c1" width="${percent(share)}" height="10" rx="2"></rect><line x1="${percent(share - deviation)}" x2="${percent(share + deviation)}" y1="5" y2="5"></line></svg>`;
}

function told({ expected }: SettingEffect, { better, metric, unit }: Tuned): string {
  const best = expected.reduce((one, other) =>
    (better === 'higher' ? other.metric > one.metric : other.metric < one.metric) ? other : one,
  );
  const value = typeof best.value === 'number' ? quantity(best.value, 'number') : best.value;
  return `The ${metric} is expected to be best at ${value}: ${quantity(best.metric, unit)}.`;
}

function chartOf(
  { expected, trials }: SettingEffect,
  { name, domain }: Dimension,
  { metric, unit }: Tuned,
): EffectChart {
  const choices = domain.kind === 'choices' ? domain.labels : [];
  const place = (value: number | string) => (typeof value === 'number' ? value : choices.indexOf(value));
  return {
    kind: 'effect',
    unit,
    label: metric,
    setting: name,
    scale: domain.kind === 'choices' ? 'choices' : domain.scale === 'log' ? 'log' : 'linear',
    choices,
    trials: {
      at: trials.map(({ value }) => place(value)),
      value: trials.map(each => rounded(each.metric)),
    },
    expected: {
      at: expected.map(({ value }) => place(value)),
      value: expected.map(each => rounded(each.metric)),
      low: expected.map(each => rounded(each.metric - each.deviation)),
      high: expected.map(each => rounded(each.metric + each.deviation)),
    },
  };
}

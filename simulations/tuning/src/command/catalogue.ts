import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { didYouMean } from '@murmuration/protocol/errors/nearest';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import { loadScenario } from '@murmuration/simulations/scenario/load-scenario';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import type * as z from 'zod';

/** Scenario that is more than runs of one federation, and makes its findings itself. */
export interface Study {
  run(options: ScenarioOptions): Promise<Findings>;
  /** Schema of all settings except the seed, with defaults. */
  readonly schema?: z.ZodType;
}

type Entry = { readonly name: string; readonly shows: string } & (
  | { readonly kind: 'federation'; readonly file: URL }
  | {
      readonly kind: 'study';
      load(): Promise<Study>;
      /** File of the federation whose settings `tune` searches in place of the study's. */
      readonly tuned?: URL;
    }
);

const file = (name: string) => new URL(`../scenarios/${name}.ts`, import.meta.url);

/** Scenarios of this package. */
export const catalogue: readonly Entry[] = [
  {
    kind: 'federation',
    name: 'clusters',
    shows: 'a small classifier learned by devices that know few classes each; made data, done in seconds',
    file: file('clusters'),
  },
  {
    kind: 'federation',
    name: 'mnist-2nn',
    shows:
      'rounds in which 100 devices teach a perceptron 97 % of MNIST, beside those of McMahan et al. 2017',
    file: file('mnist-2nn'),
  },
  {
    kind: 'federation',
    name: 'mnist-cnn',
    shows:
      'rounds in which 100 devices teach a convolutional network 99 % of MNIST, beside those of McMahan et al. 2017',
    file: file('mnist-cnn'),
  },
  {
    kind: 'federation',
    name: 'mnist',
    shows: 'a model of your choice that 100 devices teach MNIST, for settings to be searched',
    file: file('mnist'),
  },
  {
    kind: 'federation',
    name: 'dropout',
    shows:
      'masked rounds on MNIST that lose a share of their devices while keys, shares, updates or answers are awaited',
    file: file('dropout'),
  },
  {
    kind: 'federation',
    name: 'stragglers',
    shows:
      'how much shorter rounds are for choosing more devices than needed, and which devices that leaves out',
    file: file('stragglers'),
  },
  {
    kind: 'federation',
    name: 'compression',
    shows:
      'rounds and bytes until 97 % of MNIST, with updates of 32 bits a value down to 4, and with some of the values',
    file: file('compression'),
  },
  {
    kind: 'federation',
    name: 'byzantine',
    shows: 'what devices that attack do to MNIST under the mean of all updates, and under those that resist',
    file: file('byzantine'),
  },
  {
    kind: 'study',
    name: 'strategies',
    shows: 'rounds that each strategy takes to 95 % of MNIST, beside the order that papers tell of',
    load: () => import('@murmuration/studies/strategies/strategies'),
  },
  {
    kind: 'study',
    name: 'async',
    shows: 'how much sooner devices that come one by one teach MNIST than cohorts that begin together',
    async load() {
      const { asynchrony } = await import('@murmuration/studies/asynchrony/asynchrony');
      return asynchrony(file('mnist-2nn')) as Study;
    },
  },
  {
    kind: 'study',
    name: 'robustness',
    shows: 'what colluding devices do to MNIST under each rule: on single updates, and in masked groups',
    load: () => import('@murmuration/studies/robustness/robustness'),
  },
  {
    kind: 'study',
    name: 'leak-audit',
    shows: "what an attacker reads from one phone's update, plain and masked",
    load: () => import('@murmuration/studies/leak-audit/leak-audit'),
  },
  {
    kind: 'study',
    name: 'memorisation',
    shows:
      'what a keyboard says word for word of what was typed again and again, with and without forgetting',
    load: () => import('@murmuration/studies/memorisation/memorisation'),
  },
  {
    kind: 'study',
    name: 'privacy-audit',
    shows: 'the ε that an attacker measures on the versions of a task with a privacy budget, kept and broken',
    async load() {
      const { privacyAudit } = await import('@murmuration/studies/privacy-audit/privacy-audit');
      return privacyAudit(file('clusters')) as Study;
    },
  },
  {
    kind: 'study',
    name: 'keyboard',
    shows:
      'n-grams, central and federated training, personal and hybrid models on one split of real messages; with privacy.rounds, recall for several ε',
    load: () => import('@murmuration/studies/next-word/keyboard'),
    tuned: file('keyboard-phones'),
  },
  {
    kind: 'study',
    name: 'vocabulary',
    shows:
      "the keyboard's words, found by a query for texts that ten phones have, beside those of pooled text",
    load: () => import('@murmuration/studies/vocabulary/vocabulary'),
  },
  {
    kind: 'study',
    name: 'hybrid',
    shows: 'whether phones are better off with a model that is partly their own',
    load: () => import('@murmuration/studies/strangers/strangers'),
  },
  {
    kind: 'study',
    name: 'spam',
    shows:
      'a mail filter that is served, watched for drift, trained again and promoted by its gate, mail by mail',
    load: () => import('@murmuration/studies/spam/spam'),
  },
  {
    kind: 'study',
    name: 'experiments',
    shows: 'how often people who look at experiments all the time are wrong, by sequential tests and without',
    load: () => import('@murmuration/studies/experiments/experiments'),
  },
  {
    kind: 'study',
    name: 'capacity',
    shows: 'what fleets of up to ten million devices take: requests, processors, database, traffic and money',
    load: () => import('@murmuration/studies/capacity/capacity'),
  },
];

export type CatalogueEntry =
  | { readonly kind: 'federation'; readonly scenario: Scenario }
  | { readonly kind: 'study'; readonly name: string; readonly study: Study };

/**
 * Finds a scenario by its name, or by the path of a file.
 * @throws `config.invalid` for an unknown one, with the nearest name
 */
export async function findScenario(name: string): Promise<CatalogueEntry> {
  const entry = catalogue.find(each => each.name === name);
  if (entry?.kind === 'study') return { kind: 'study', name, study: await entry.load() };
  if (entry) return { kind: 'federation', scenario: await loadScenario(entry.file) };
  const path = resolve(name);
  if (/\.[cm]?[jt]s$/.test(name)) {
    if (!existsSync(path)) throw new MurmurationError('config.invalid', `There is no scenario file ${path}.`);
    return { kind: 'federation', scenario: await loadScenario(pathToFileURL(path)) };
  }
  const names = catalogue.map(each => each.name);
  const guess = didYouMean(name, names);
  throw new MurmurationError(
    'config.invalid',
    `There is no scenario "${name}".${guess || ` There are ${names.join(', ')}; a file of your own is named by its path.`}`,
  );
}

/** Federation whose settings are searched. */
interface Searched {
  readonly scenario: Scenario;
  /** Argument of `npm run simulate --`: its name, or the path of its file. */
  readonly called: string;
}

/**
 * Finds the federation whose settings are searched for a scenario of this name.
 * @throws `config.invalid` for a study without one
 */
export async function searchedScenario(name: string): Promise<Searched> {
  const entry = catalogue.find(each => each.name === name);
  if (entry?.kind === 'study' && entry.tuned)
    return {
      scenario: await loadScenario(entry.tuned),
      called: relative(process.cwd(), fileURLToPath(entry.tuned)),
    };
  const found = await findScenario(name);
  if (found.kind === 'federation') return { scenario: found.scenario, called: name };
  const names = catalogue.flatMap(each => (each.kind === 'federation' || each.tuned ? each.name : []));
  throw new MurmurationError(
    'config.invalid',
    `The scenario ${name} is more than runs of one federation, and has no settings to search; there are ${names.join(', ')}.`,
  );
}

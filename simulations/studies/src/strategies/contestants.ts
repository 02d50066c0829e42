import { bulyan } from '@murmuration/rounds/strategy/bulyan';
import { centredClipping } from '@murmuration/rounds/strategy/centred-clipping';
import { fedAdagrad } from '@murmuration/rounds/strategy/fed-adagrad';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { fedExP } from '@murmuration/rounds/strategy/fed-exp';
import { fedNova } from '@murmuration/rounds/strategy/fed-nova';
import { fedYogi } from '@murmuration/rounds/strategy/fed-yogi';
import { geometricMedian } from '@murmuration/rounds/strategy/geometric-median';
import { krum, multiKrum } from '@murmuration/rounds/strategy/krum';
import { median } from '@murmuration/rounds/strategy/median';
import { qFedAvg } from '@murmuration/rounds/strategy/q-fed-avg';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import type { EachStrategy, SumStrategy } from '@murmuration/rounds/strategy/strategy';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';

/** Strategy of the study. */
export interface Contestant {
  /** Makes the strategy from epochs and batch size of the plan, and from the number of clients. */
  readonly strategyFor: (
    plan: { readonly epochs: number; readonly batchSize: number },
    clients: number,
  ) => SumStrategy | EachStrategy;
  /** μ of FedProx, which changes the devices' training. */
  readonly proximal: number;
}

const of = (strategy: unknown, proximal = 0): Contestant => ({
  strategyFor: () => strategy as SumStrategy | EachStrategy,
  proximal,
});

/**
 * All strategies, with the rates of their papers or close to them. In cohorts of ten, robust rules assume one
 * attacker, or two in ten.
 */
export const contestants: Readonly<Record<string, Contestant>> = {
  fedAvg: of(fedAvg()),
  fedProx: of(fedAvg(), 0.1),
  fedAvgM: of(fedAvgM({ serverLearningRate: 0.3, momentum: 0.9 })),
  fedAdam: of(fedAdam({ serverLearningRate: 0.01 })),
  fedYogi: of(fedYogi({ serverLearningRate: 0.01, biasCorrection: true })),
  fedAdagrad: of(fedAdagrad({ serverLearningRate: 0.03 })),
  fedExP: of(fedExP()),
  qFedAvg: of(qFedAvg({ q: 0.1 })),
  scaffold: {
    strategyFor: (_, clients) => scaffold({ population: clients }) as unknown as SumStrategy,
    proximal: 0,
  },
  fedNova: { strategyFor: plan => fedNova(plan) as EachStrategy, proximal: 0 },
  median: of(median()),
  trimmedMean: of(trimmedMean({ trim: 0.2 })),
  krum: of(krum({ attackers: 1 })),
  multiKrum: of(multiKrum({ attackers: 1 })),
  bulyan: of(bulyan({ attackers: 1 })),
  centredClipping: of(centredClipping()),
  geometricMedian: of(geometricMedian()),
};

/** Published order in which strategies reach their target: the first takes no more rounds than the second. */
export const orderings = [
  {
    sooner: 'fedAvgM',
    later: 'fedAvg',
    source: 'Hsu, Qi & Brown 2019, §4.3: server momentum helps most where clients differ most',
  },
  {
    sooner: 'fedAdam',
    later: 'fedAvg',
    source: 'Reddi et al. 2021, §5.2: adaptive servers do as well as FedAvg or better',
  },
  {
    sooner: 'fedYogi',
    later: 'fedAvg',
    source: 'Reddi et al. 2021, §5.2',
  },
  {
    sooner: 'fedExP',
    later: 'fedAvg',
    source: 'Jhunjhunwala, Wang & Joshi 2023, §6: never slower than FedAvg',
  },
  {
    sooner: 'scaffold',
    later: 'fedAvg',
    source: 'Karimireddy et al. 2020, §7: SCAFFOLD outperforms FedAvg where clients differ',
  },
  {
    sooner: 'fedAvg',
    later: 'krum',
    source: 'Karimireddy, He & Jaggi 2022, §3: Krum loses without attackers where clients differ',
  },
  {
    sooner: 'fedAvg',
    later: 'median',
    source: 'Karimireddy, He & Jaggi 2022, §3: so does the median',
  },
] as const;

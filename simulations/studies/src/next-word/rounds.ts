import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { loadModel } from '@murmuration/engine/models/model';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import * as z from 'zod';

/** Phones' data, the vocabulary, and the first round's model. */
export interface KeyboardData extends FederatedData<string> {
  readonly words: readonly string[];
  readonly begin: ModelFiles;
}

/** Scenario of the keyboard table's rounds. The table provides its data, which include a pretrained model. */
export default defineScenario({
  module: import.meta.url,
  name: 'keyboard-rounds',
  shows: 'the rounds of the keyboard table',
  sections: { rows: z.strictObject({ length: z.int().min(1).default(20) }) },
  settings: { strategy: { name: 'fedAdam' } },
  data(): KeyboardData {
    throw new RangeError('The rounds of the keyboard table begin with a model that it gives them.');
  },
  model: (_, data) => loadModel((data as KeyboardData).begin),
  objective: ({ rows }, data) => nextWord(new Vocabulary((data as KeyboardData).words), rows.length),
  metrics: { top1: { unit: 'share', better: 'higher' }, top3: { unit: 'share', better: 'higher' } },
  async measure(model, messages, _, data) {
    const { top1, top3, words } = await recall(model, new Vocabulary((data as KeyboardData).words), messages);
    return { weight: words, metrics: { top1, top3 } };
  },
});

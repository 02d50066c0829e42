import { serveTraining } from '@murmuration/client-sdk/browser';
import { nextWord } from '../../task/objective.ts';
import { readSetup } from './setup.ts';

/** What the page has asked for before the vocabulary is here. */
const early: MessageEvent[] = [];
const keep = (event: MessageEvent) => void early.push(event);

addEventListener('message', keep);
const { vocabulary } = await readSetup(new URL('../setup.json', location.href));
removeEventListener('message', keep);
serveTraining(nextWord(vocabulary));
for (const { data, ports } of early) dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));

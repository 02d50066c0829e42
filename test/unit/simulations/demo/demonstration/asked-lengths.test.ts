import { askLengths } from '@murmuration/demo/demonstration/asked-lengths';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { smsText } from '@murmuration/simulations/data/sms';
import {
  lengthAnswers,
  lengthsQuery,
  lengthsQueryName,
} from '@murmuration/studies/vocabulary/message-lengths';
import { wordsTask } from '@murmuration/studies/vocabulary/words-task';
import { expect, it } from 'vitest';

it('asks once a round of training is over and after each tenth, or as soon after that as phones may be asked', () => {
  const events = new CoordinatorEvents();
  const asked: number[] = [];
  let round = 0;
  let mayAsk = true;
  const asking = {
    isUnderWay: false,
    ask(name: string) {
      expect(wordsTask(280).queries.map(({ query }) => query.name)).toContain(name);
      if (round === 41) throw new MurmurationError('server.stopping');
      asked.push(round);
    },
  };
  const askNow = askLengths({ trained: 'keyboard' as TaskName, asking, mayAsk: () => mayAsk, events });
  for (round = 1; round <= 41; round++) {
    mayAsk = round !== 21 && round !== 31;
    events.emit('round-ended', { task: 'words' } as RoundRecord);
    events.emit('round-ended', { task: 'keyboard', query: 'phrases' } as RoundRecord);
    events.emit('round-ended', { task: 'keyboard' } as RoundRecord);
    askNow();
    if (round !== 31) continue;
    // What held them up is over between two rounds.
    mayAsk = true;
    askNow();
  }
  expect(asked).toEqual([1, 11, 22, 31]);
});

it('has answers of all phones that are within the query, and that say what all messages say', async () => {
  const phones = smsText().phones.slice(0, 60);
  const query = lengthsQuery(5);
  if (query.kind !== 'histogram') throw new Error(query.kind);
  const sum = new Int32Array(queryForm(query, 60).elements);
  let messages = 0;
  for (const { train } of phones) {
    const answer = (await lengthAnswers(train)[lengthsQueryName]!.answer!(query))!;
    messages += (answer as number[]).length;
    for (const [at, element] of encodeAnswer(query, answer).entries()) sum[at] = sum[at]! + element;
  }
  const figures = figuresOf(query, sum, phones.length);
  if (figures.kind !== 'histogram') throw new Error(figures.kind);
  expect(figures.bins.reduce((all, { count }) => all + count, 0)).toBe(messages);
  const median = figures.quantiles.find(({ quantile }) => quantile === 0.5)!;
  expect(median.value).toBeGreaterThan(5);
  expect(median.value).toBeLessThan(12);
});

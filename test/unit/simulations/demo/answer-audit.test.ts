import type { Transport, TransportListener } from '@murmuration/client-sdk/transport/transport';
import { AnswerAudit } from '@murmuration/demo/exactness/answer-audit';
import type { PlainUpdate } from '@murmuration/demo/exactness/plain-update';
import { UpdateRecorder } from '@murmuration/demo/exactness/recorder';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { updatePath } from '@murmuration/protocol/messages/channel';
import { encodeAssignment } from '@murmuration/protocol/messages/round';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { packRing, unpackRing } from '@murmuration/protocol/secagg/ring';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { assignmentOf } from '../../client-sdk/memory-coordinator.ts';
import { deviceId } from '../../coordinator/server/federation.ts';

const query = defineQuery({
  name: 'phrases',
  kind: 'ngrams',
  classes: 12,
  firstClass: 4,
  values: 50,
  sketches: [{ rows: 3, buckets: 64 }],
}) as NgramsQuery;
const typed = [
  [[5, 6, 7]],
  [
    [5, 6],
    [5, 6, 8],
  ],
  [[6, 5, 6, 9, 9]],
  [[10, 11]],
];
const largestCohort = typed.length;
const { width, elements } = queryForm(query, largestCohort);

/** What one phone that answers tells, sent a second time as after an answer that was lost; `learned`: it has trained before. */
async function tellsOf(
  phone: number,
  learned = false,
): Promise<{ answers: PlainUpdate[]; updates: PlainUpdate[] }> {
  const [answers, updates]: [PlainUpdate[], PlainUpdate[]] = [[], []];
  const clock = new VirtualClock();
  const assignment = assignmentOf(clock, `r${phone}`, { query: writeQuery(query), largestCohort });
  const { training, update } = assignment.plan;
  const recorder = new UpdateRecorder(
    { training, update, largestCohort },
    told => updates.push(told),
    told => answers.push(told),
  );
  let listener: TransportListener | undefined;
  const transport = recorder.transport({
    open: (heard: TransportListener) => {
      listener = heard;
    },
    upload: async () => {},
  } as unknown as Transport);
  const heard: string[] = [];
  transport.open({ disconnected() {}, message: event => heard.push(event) });
  const allowed = recorder.answers({ phrases: { kinds: ['ngrams'], answer: () => typed[phone]! } });
  const { signal } = new AbortController();
  if (learned) {
    const delta = new Float32Array(8);
    const trainer = recorder.trainer({
      train: async () => ({ delta, examples: 9, metrics: {} }),
      close: async () => {},
    });
    await trainer.train(undefined as never, training, [], signal, () => {});
    recorder.random(seededRandom(1))(64);
  }
  listener!.message('assignment', encodeAssignment(assignment));
  expect(heard).toEqual(['assignment']);
  expect(await allowed.phrases!.answer!(query)).toEqual(typed[phone]);
  const path = updatePath(assignment.round, assignment.assignment);
  for (let time = 0; time < 2; time++)
    await transport.upload(path, { token: assignment.token }, new Uint8Array(1), signal);
  return { answers, updates };
}

/** An audit that has heard of a round of these contributors, whose answers pass `tamper`, and whose result passes `show`. */
async function audited({
  tamper = (answer: PlainUpdate): PlainUpdate | undefined => answer,
  contributors = [0, 1, 2],
  isStranger = (_: DeviceId): boolean => false,
  since = 0,
  shown,
}: {
  tamper?: (answer: PlainUpdate, phone: number) => PlainUpdate | undefined;
  contributors?: readonly number[];
  isStranger?: (device: DeviceId) => boolean;
  since?: number;
  shown?: null;
} = {}) {
  const differing: number[] = [];
  const audit = new AnswerAudit(({ number }) => differing.push(number), { isStranger, since });
  for (const phone of typed.keys()) {
    const [answer] = (await tellsOf(phone)).answers;
    const taken = tamper({ ...answer!, assignment: `a${phone}` }, phone);
    if (taken) audit.take(taken);
  }
  const sum = new Int32Array(elements);
  for (const phone of contributors)
    for (const [i, element] of encodeAnswer(query, typed[phone]!).entries()) sum[i] = sum[i]! + element;
  const terms = { id: 'round', plan: { query: writeQuery(query), largestCohort } };
  const members = contributors.map(phone => ({ assignment: `a${phone}`, device: deviceId(phone) }));
  audit.observe({ phase: 'closing', terms, contributors: members } as unknown as RoundState);
  const figures = shown === null ? null : figuresOf(query, sum, contributors.length);
  const kept = figures && JSON.parse(JSON.stringify(figures));
  audit.ended({ round: 'round', number: 4, startedAt: 10 } as RoundRecord, kept);
  return { figures: audit.figures, differing };
}

describe('what a phone answers', () => {
  it('is told once when it is sent, as it is without masks', async () => {
    const { answers, updates } = await tellsOf(1);
    expect(answers).toHaveLength(1);
    expect([...unpackRing(answers[0]!.packed, elements, width)]).toEqual([...encodeAnswer(query, typed[1]!)]);
    expect(updates).toEqual([]);
  });

  it('is never taken for what it has learned and not yet sent', async () => {
    const { answers, updates } = await tellsOf(1, true);
    expect([answers.length, updates.length]).toEqual([1, 0]);
  });
});

describe('the audit of answers', () => {
  it('finds that a round shows what the answers of its contributors add up to, and those of no other', async () => {
    expect(await audited()).toEqual({
      figures: { sumsChecked: 1, sumsExact: 1, sumsUnchecked: 0 },
      differing: [],
    });
  });

  const oneMore = ({ assignment, packed }: PlainUpdate): PlainUpdate => {
    const values = unpackRing(packed, elements, width);
    // How often one of them has the first word that three have in common.
    const at = values.findIndex(value => value > 0);
    return { assignment, packed: packRing(values.with(at, 0), width) };
  };
  it.each([
    ['an answer is missing', () => undefined],
    ['an answer is another one', oneMore],
    [
      'an answer is of another query',
      (answer: PlainUpdate) => ({ ...answer, packed: answer.packed.slice(1) }),
    ],
    ['two phones are confused', (answer: PlainUpdate) => ({ ...answer, assignment: 'another' })],
  ] as const)('notices that %s', async (_, change) => {
    expect(await audited({ tamper: (answer, phone) => (phone === 1 ? change(answer) : answer) })).toEqual({
      figures: { sumsChecked: 1, sumsExact: 0, sumsUnchecked: 0 },
      differing: [4],
    });
  });

  it('leaves out a round with a stranger in it, one that began before this start, and none that shows nothing', async () => {
    const unchecked = { figures: { sumsChecked: 0, sumsExact: 0, sumsUnchecked: 1 }, differing: [] };
    expect(await audited({ isStranger: device => device === deviceId(2) })).toEqual(unchecked);
    expect(await audited({ isStranger: device => device === deviceId(3) })).toMatchObject({
      figures: { sumsChecked: 1 },
    });
    expect(await audited({ since: 11 })).toEqual(unchecked);
    expect(await audited({ shown: null })).toMatchObject({ figures: { sumsChecked: 0, sumsUnchecked: 0 } });
  });
});

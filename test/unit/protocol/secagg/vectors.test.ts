import { concatBytes, hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import { agreementMessage, updateMessage } from '@murmuration/protocol/secagg/agreement';
import { bind, bindInGraph, graphHash, planHash } from '@murmuration/protocol/secagg/context';
import { pairMaskKey } from '@murmuration/protocol/secagg/mask-stream';
import type { GraphParameters } from '@murmuration/protocol/secagg/parameters';
import { readStatement, statementHash } from '@murmuration/protocol/secagg/statement';
import { expect, test } from 'vitest';
// Made by a prototype of the design that shares no code with this project.
import vectors from '../../../vectors/secagg-2.json' with { type: 'json' };

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

test.each([
  ['native', native],
  ['portable', portable],
])(
  'SA2–SA13: plan, graph, statement, signatures and keys are those of the vectors, with %s primitives',
  (_, primitives) => {
    const plan = planHash(primitives, vectors.number, utf8(vectors.plan_bytes));
    expect(hex(plan)).toBe(vectors.plan);
    const context = {
      primitives,
      task: vectors.task as TaskName,
      round: vectors.round as RoundId,
      plan,
    };
    expect(hex(bind(context, 'keys'))).toBe(vectors.bind_keys.slice(0, hex(bind(context, 'keys')).length));
    const graph = graphHash(context, vectors.params as GraphParameters, bytesOf(vectors.root));
    expect(hex(graph)).toBe(vectors.graph);
    const inGraph = { ...context, graph };
    const [dealers, contributors] = [bytesOf(vectors.dealers), bytesOf(vectors.contributors)];
    const statement = concatBytes(dealers, contributors);
    expect(readStatement(statement, vectors.params.devices).counted.filter(Boolean).length).toBeGreaterThan(
      50,
    );
    expect(hex(updateMessage(inGraph, dealers))).toBe(vectors.update_message);
    expect(hex(statementHash(inGraph, statement))).toBe(vectors.statement_hash);
    expect(hex(agreementMessage(inGraph, statement))).toBe(vectors.agreement_message);
    const { verify } = primitives.ed25519;
    const identity = bytesOf(vectors.identity);
    expect(verify(identity, updateMessage(inGraph, dealers), bytesOf(vectors.update_signature))).toBe(true);
    expect(verify(identity, agreementMessage(inGraph, statement), bytesOf(vectors.agreement_signature))).toBe(
      true,
    );
    const numbers = (...values: number[]) =>
      concatBytes(...values.map(value => Uint8Array.of(value, 0, 0, 0)));
    expect(hex(primitives.sha256(bindInGraph(inGraph, 'share', numbers(3, 9))).subarray(0, 24))).toBe(
      vectors.share_nonce_3_to_9,
    );
    expect(hex(pairMaskKey(inGraph, 9, 3, new Uint8Array(32)))).toBe(
      vectors.pair_mask_key_9_3_of_agreed_zero,
    );
  },
);

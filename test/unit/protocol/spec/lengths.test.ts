import { decodeAck, decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { readPlan } from '@murmuration/protocol/messages/plan';
import { native } from '@murmuration/protocol/primitives/node';
import { certificateBytes } from '@murmuration/protocol/secagg/certificate-form';
import { dealingBytes } from '@murmuration/protocol/secagg/dealing';
import { signatureBytes } from '@murmuration/protocol/secagg/keys';
import { enterRound } from '@murmuration/protocol/secagg/participant';
import { oneShareBytes, parcelBytes } from '@murmuration/protocol/secagg/sealed-share';
import { headerLength } from '@murmuration/protocol/weights/codec';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { codeOf } from '../../codes.ts';
import { bound, seed, undemanding } from '../secagg/cohort.ts';
import { rowsUnder } from './document.ts';

const read = (frame: Uint8Array) => codeOf(() => decodeFrame(frame, z.unknown()));
const refuse = (change: object) => {
  const refusal = { ok: false, code: 'update.norm', detail: '', retryable: true, ...change };
  return codeOf(() => decodeAck(encodeFrame(refusal), z.unknown()));
};
const items = (length: number) => Array.from({ length }, () => 1);

/** Whether something of this length is within its limit. */
const isWithin: Record<string, (length: number) => boolean> = {
  'a frame': length => read(new Uint8Array(length)) !== 'request.too-large',
  'a text in a frame': length => read(encodeFrame('x'.repeat(length))) === 'nothing thrown',
  'an array in a frame': length => read(encodeFrame(items(length))) === 'nothing thrown',
  'a map in a frame': length =>
    read(encodeFrame(Object.fromEntries(items(length).map((one, key) => [key, one])))) === 'nothing thrown',
  'containers within one another': depth =>
    read(Uint8Array.from([...items(depth).map(() => 0x91), 1])) === 'nothing thrown',
  '`detail` of a refusal': length => refuse({ detail: 'x'.repeat(length) }) === 'update.norm',
  '`code` of a refusal': length => refuse({ code: 'x'.repeat(length) }) === 'server.internal',
  'a plan': length => codeOf(() => readPlan(new Uint8Array(length))) !== 'request.too-large',
};

const neighbours = 7;
const context = { ...bound, identity: native.ed25519.signingKey(seed(0, 1)), demands: undemanding };
const exact: Record<string, number> = {
  'the header of an update (WC1)': headerLength,
  'a certificate (SA6)': certificateBytes,
  '`message` of `keys` (SA3)': enterRound(context, seed(0, 2)).message.length,
  'a share (SA7)': oneShareBytes,
  'a parcel (SA8)': parcelBytes,
  '`message` of `agree` (SA13)': signatureBytes,
};
const ofNeighbours = '`message` of `shares`, for k neighbours (SA8)';

describe('the lengths of SPEC.md', () => {
  const rows = rowsUnder('Lengths') as [string, string][];
  const numberOf = (cell: string) => Number(cell.split(' ')[0]!.replaceAll(',', ''));

  it('are all that are known here, and no others', () => {
    const known = [...Object.keys(isWithin), ...Object.keys(exact), ofNeighbours];
    expect(rows.map(([what]) => what).toSorted()).toEqual(known.toSorted());
  });

  it.each(rows.filter(([what]) => what in isWithin))('%s is at most %s', (what, cell) => {
    expect(isWithin[what]!(numberOf(cell))).toBe(true);
    expect(isWithin[what]!(numberOf(cell) + 1)).toBe(false);
  });

  it.each(rows.filter(([what]) => what in exact))('%s is %s', (what, cell) => {
    expect(numberOf(cell)).toBe(exact[what]);
  });

  it('grow with the neighbours as they say', () => {
    const [, cell] = rows.find(([what]) => what === ofNeighbours)!;
    const [, constant, each] = /^(\d+) \+ (\d+) k bytes$/.exec(cell)!;
    expect(Number(constant) + Number(each) * neighbours).toBe(dealingBytes(neighbours));
  });
});

import { base64url } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import type { RandomBytes } from '../random/random-bytes.ts';

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Id of one attempt to make the next model version: 16 random bytes, base64url. */
export type RoundId = Brand<string, 'RoundId'>;
/** Id of one device's part in one round: 16 random bytes, base64url. */
export type AssignmentId = Brand<string, 'AssignmentId'>;
/**
 * Id of one installation of the SDK: the first 16 bytes of the SHA-256 of its public identity key, base64url.
 */
export type DeviceId = Brand<string, 'DeviceId'>;
/** Name of a learning task: a lower-case letter, then up to 62 lower-case letters, digits and hyphens. */
export type TaskName = Brand<string, 'TaskName'>;
/** SHA-256 of the `model.json` of a version, 64 hexadecimal digits. */
export type ModelHash = Brand<string, 'ModelHash'>;

export const idPattern = /^[A-Za-z0-9_-]{22}$/;
export const taskNamePattern = /^[a-z][a-z0-9-]{0,62}$/;
export const hashPattern = /^[0-9a-f]{64}$/;

/** Descriptions of the forms of names, ids and hashes. */
export const looks = {
  name: 'a lower-case letter, then up to 62 lower-case letters, digits and hyphens',
  id: '22 letters, digits, hyphens and underscores',
  hash: '64 digits and lower-case letters from a to f',
} as const;

function parser<Id extends string>(name: string, pattern: RegExp, form: string): (text: string) => Id {
  return text => {
    if (!pattern.test(text)) throw new MurmurationError('protocol.id', `${name} is ${form}.`);
    return text as Id;
  };
}

/** Parse ids; each throws `protocol.id` for a malformed text. */
export const parseRoundId = parser<RoundId>('A round id', idPattern, looks.id);
export const parseAssignmentId = parser<AssignmentId>('An assignment id', idPattern, looks.id);
export const parseDeviceId = parser<DeviceId>('A device id', idPattern, looks.id);
export const parseTaskName = parser<TaskName>('A task name', taskNamePattern, looks.name);
export const parseModelHash = parser<ModelHash>('A model hash', hashPattern, looks.hash);

/** Draws an id of 128 random bits. */
export function randomId<Id extends RoundId | AssignmentId>(random: RandomBytes): Id {
  return base64url(random(16)) as string as Id;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { decodeModel, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { Acknowledged } from './devices.ts';
import type { Place } from './places.ts';

/** A round as the API tells of it. */
export interface PastRound {
  readonly round: string;
  readonly number: number;
  readonly phase: string;
  readonly endedAt: string | null;
  readonly model: string | null;
  readonly tally: { readonly accepted: number } | null;
  readonly failure: { readonly during: string; readonly reason: string } | null;
}

interface Version {
  readonly model: string;
  readonly number: number;
  readonly parent: string | null;
  readonly round: string | null;
  readonly contributors: number;
}

/** What is wrong with what a coordinator kept, beside what it acknowledged and published. */
export interface KillFindings {
  readonly rounds: readonly PastRound[];
  readonly versions: number;
  /** Updates that were acknowledged, of rounds that ended without them or that nobody knows any more. */
  readonly lostAcknowledged: number;
  /** Updates that are in a version more than once. */
  readonly countedTwice: number;
  /** Files that don't have their hash, and versions that are not what their contributors make of the one before. */
  readonly corruptModels: number;
  /** Versions that were published before a kill and are not there after it. */
  readonly lostVersions: number;
  readonly details: readonly string[];
}

/** How far a value may be from a whole number: quantisation alone is below a thousandth. */
const tolerance = 0.01;

/** Checks all rounds, versions and blobs of a coordinator, which it has open; `token` is an operator's, where it wants one. */
export async function check(
  url: string,
  taskName: string,
  corruptBlobs: Place['corruptBlobs'],
  acknowledged: readonly Acknowledged[],
  published: ReadonlyMap<number, string>,
  token?: string,
): Promise<KillFindings> {
  const rounds = await all<PastRound>(`${url}/v1/tasks/${taskName}/rounds`, 'rounds', token);
  const versions = await all<Version>(`${url}/v1/tasks/${taskName}/models`, 'models', token);
  const details: string[] = [];
  let corruptModels = await corruptBlobs(details);
  let countedTwice = 0;
  /** By round: how often each device is in its version. */
  const contributors = new Map<string, Int32Array>();
  const ascending = versions.toReversed();
  let before: { readonly model: string; readonly weights: Float32Array } | undefined;
  for (const [number, version] of ascending.entries()) {
    let weights: Float32Array;
    try {
      weights = await download(url, version.model as ModelHash);
    } catch (error) {
      corruptModels += 1;
      details.push(`version ${version.number}: ${error}`);
      before = undefined;
      continue;
    }
    if (before && version.round) {
      const old = before.weights;
      const gained = Array.from(weights, (value, i) => (value - old[i]!) * version.contributors);
      const times = Int32Array.from(gained, value => Math.round(value));
      const isRight =
        version.number === number &&
        version.parent === before.model &&
        gained.every((value, i) => Math.abs(value - times[i]!) < tolerance && times[i]! >= 0) &&
        times.reduce((sum, each) => sum + each, 0) === version.contributors;
      if (!isRight) {
        corruptModels += 1;
        details.push(`version ${version.number} of ${version.contributors}: it gained ${gained.join(', ')}`);
      }
      countedTwice += times.reduce((sum, each) => sum + Math.max(0, each - 1), 0);
      if (contributors.has(version.round)) {
        countedTwice += 1;
        details.push(`round ${version.round} was published twice`);
      }
      contributors.set(version.round, times);
    }
    before = { model: version.model, weights };
  }
  for (const { round, phase, tally, number } of rounds) {
    const times = contributors.get(round);
    if (phase === 'published' && (!times || times.reduce((sum, each) => sum + each, 0) !== tally?.accepted)) {
      corruptModels += 1;
      details.push(`round ${number} says that ${tally?.accepted} contributed`);
    }
  }

  const lostAcknowledged = lostOf(acknowledged, rounds, contributors, details);
  let lostVersions = 0;
  for (const [number, model] of published) {
    if (ascending[number]?.model === model) continue;
    lostVersions += 1;
    details.push(`version ${number}, ${model}, is gone`);
  }
  return {
    rounds,
    versions: versions.length,
    lostAcknowledged,
    countedTwice,
    corruptModels,
    lostVersions,
    details,
  };
}

/** Counts the updates that were acknowledged and are not in the version of their round, or in the tally of one that failed. */
function lostOf(
  acknowledged: readonly Acknowledged[],
  rounds: readonly PastRound[],
  contributors: ReadonlyMap<string, Int32Array>,
  details: string[],
): number {
  const known = new Map(rounds.map(round => [round.round, round]));
  const byRound = new Map<string, Set<number>>();
  for (const { device, round } of acknowledged)
    byRound.set(round, (byRound.get(round) ?? new Set()).add(device));
  let lost = 0;
  for (const [round, devices] of byRound) {
    const past = known.get(round);
    // Under way.
    if (past?.endedAt === null) continue;
    const missing =
      past?.phase === 'published'
        ? [...devices].filter(device => !contributors.get(round)?.[device]).length
        : Math.max(0, devices.size - (past?.tally?.accepted ?? 0));
    if (missing === 0) continue;
    lost += missing;
    details.push(
      `${missing} of ${devices.size} acknowledged updates of round ${past?.number ?? round} are gone`,
    );
  }
  return lost;
}

/** The answer of a coordinator; where it limits how often one address asks, that of a later request. */
async function asked(url: string, init?: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await fetch(url, init);
    if (answer.status !== 429) return answer;
    await answer.body?.cancel();
    await sleep(1_000 * Number(answer.headers.get('retry-after') ?? 1));
  }
}

async function all<Row extends { readonly number: number }>(
  url: string,
  name: string,
  token: string | undefined,
): Promise<Row[]> {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const rows: Row[] = [];
  for (;;) {
    const before = rows.length > 0 ? `&before=${rows.at(-1)!.number}` : '';
    const answer = await asked(`${url}?limit=200${before}`, { headers });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
    const page = ((await answer.json()) as Record<string, Row[]>)[name]!;
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

/** The weights of a version; throws where a file is not what its hash says. */
async function download(url: string, hash: ModelHash): Promise<Float32Array> {
  const path = modelPath(hash);
  const bytes = async (from: string) => {
    const answer = await asked(url + from);
    if (!answer.ok) throw new Error(`${from} answered ${answer.status}.`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  const json = await bytes(path);
  const { weightsHash } = parseModelJson(hash, json);
  return decodeModel(hash, json, await bytes(path.replace('model.json', `${weightsHash}.bin`))).weights;
}

import type { Evidence } from '@murmuration/protocol/secagg/agreement';
import { checkParameters, type GraphParameters } from '@murmuration/protocol/secagg/parameters';
import { type Attack, type Outcome, refusalOf } from './attack.ts';
import { assign } from './max-flow.ts';
import { type LeftOut, type Story, World } from './world.ts';

const hundred: GraphParameters = { graph: 'harary', devices: 100, neighbours: 26, threshold: 16 };
const thousand: GraphParameters = { graph: 'harary', devices: 1000, neighbours: 96, threshold: 67 };
const assumed = { threat: 'malicious', corrupt: 0.05, dropping: 0.1 } as const;

/** What each device of a ring is told so that a group next to each other, from place 0 on, is cut off from all others. */
interface Strategy {
  readonly group: readonly number[];
  readonly storyOf: (place: number) => Story;
  /** The places that are told to reveal. */
  readonly revealers: readonly number[];
}

/**
 * Statements of its own for each device: everybody around the group (the wall, `reach` places on both sides) is named lost to as many of
 * its holders as recover its masking secret, and no device is told of more lost neighbours than leaves it its threshold. The group itself
 * is told that beyond the wall nobody dealt. Undefined where no such assignment exists.
 */
function ownStatements(parameters: GraphParameters, size: number, reach: number): Strategy | undefined {
  const { devices, neighbours, threshold } = parameters;
  const half = neighbours / 2;
  const around = (place: number) =>
    Array.from({ length: neighbours }, (_, i) =>
      i % 2 === 0 ? (place + 1 + i / 2) % devices : (place - (i + 1) / 2 + devices) % devices,
    );
  const group = Array.from({ length: size }, (_, place) => place);
  const wall = Array.from({ length: 2 * reach }, (_, i) =>
    i % 2 === 0 ? size + i / 2 : devices - (i + 1) / 2,
  );
  const everybody = new Set(Array.from({ length: devices }, (_, place) => place));
  const dealtToGroup = reach < half ? new Set([...group, ...wall]) : everybody;
  if (group.some(place => around(place).filter(other => dealtToGroup.has(other)).length < threshold))
    return undefined;
  const room = (place: number) =>
    place >= size
      ? neighbours - threshold
      : around(place).filter(other => dealtToGroup.has(other)).length - threshold;
  const told = assign({
    demand: wall.map(() => threshold),
    capacity: Array.from({ length: devices }, (_, place) => room(place)),
    servers: wall.map(around),
  });
  if (!told) return undefined;
  const lostTo = new Map<number, Set<number>>();
  told.forEach((holders, i) => {
    for (const holder of holders) lostTo.set(holder, (lostTo.get(holder) ?? new Set()).add(wall[i]!));
  });
  const revealers = [...new Set([...group.flatMap(around), ...wall.flatMap(around), ...group])];
  return {
    group,
    revealers,
    storyOf(place) {
      const dealt = place < size ? dealtToGroup : everybody;
      const lost = lostTo.get(place) ?? new Set();
      return { dealt, counted: new Set([...dealt].filter(other => !lost.has(other))) };
    },
  };
}

/** Plays a strategy: everybody masks as they are told, agrees as far as it does, and is asked to reveal. Returns whether the group opens. */
function play(
  parameters: GraphParameters,
  { group, storyOf, revealers }: Strategy,
  leftOut: LeftOut,
): boolean {
  const world = new World(parameters);
  world.mask(place => storyOf(place).dealt);
  for (const place of revealers) {
    const story = storyOf(place);
    const evidence = (other: number): Evidence | undefined => {
      if (!story.counted.has(other)) return undefined;
      // A device that signs once has signed the story that was told to it.
      const agreement = world.agreement(other, leftOut.once ? story : storyOf(other));
      const isSame = leftOut.once || storyOf(other) === story || sameStory(storyOf(other), story);
      if (agreement && isSame) return { kind: 'agreement', signature: agreement };
      return { kind: 'update', signature: world.updateSignature(other) };
    };
    world.reveal(place, story, evidence, leftOut);
  }
  return world.opens(group);
}

function sameStory(a: Story, b: Story): boolean {
  const same = (one: ReadonlySet<number>, other: ReadonlySet<number>) =>
    one.size === other.size && [...one].every(place => other.has(place));
  return same(a.dealt, b.dealt) && same(a.counted, b.counted);
}

function ownStatementsAgainst(reach: number, leftOut: LeftOut): Outcome {
  const strategy = ownStatements(hundred, 1, reach)!;
  return {
    held: !play(hundred, strategy, {}),
    succeedsWithoutRule: play(hundred, strategy, leftOut),
  };
}

/** Signatures of other statements, of the same devices, passed off as agreements. */
function mixedAgreements(): Outcome {
  const strategy = ownStatements(hundred, 1, 13)!;
  const world = new World(hundred);
  world.mask(place => strategy.storyOf(place).dealt);
  const refusals = strategy.revealers.map(place => {
    const story = strategy.storyOf(place);
    return world.reveal(place, story, other => {
      const signature = world.agreement(other, strategy.storyOf(other));
      return story.counted.has(other) && signature ? { kind: 'agreement', signature } : undefined;
    });
  });
  const held = refusals.every(code => code === 'secagg.agreement') && !world.opens(strategy.group);
  return { held, succeedsWithoutRule: play(hundred, strategy, { agree: true }) };
}

/**
 * At full size, on the ring alone: a group of 42 of a thousand that own statements cut off. With agreement each of those who would have to reveal
 * needs as many holders that were told the same as the threshold; how many there are is counted.
 */
function groupsOfThousand(): Outcome {
  const { neighbours, threshold } = thousand;
  // Of 42 devices, with 19 places walled off on both sides: of smaller groups the holders inside are too few for this strategy.
  const strategy = ownStatements(thousand, 42, 19);
  if (!strategy) return { held: true, succeedsWithoutRule: false };
  const { storyOf, revealers } = strategy;
  const stories = new Map(revealers.map(place => [place, storyOf(place)]));
  const distance = (a: number, b: number) => Math.min((a - b + 1000) % 1000, (b - a + 1000) % 1000);
  const reveal = revealers.filter(place => {
    const story = stories.get(place)!;
    const agreeing = revealers.filter(
      other =>
        other !== place &&
        distance(place, other) <= neighbours / 2 &&
        story.counted.has(other) &&
        sameStory(stories.get(other)!, story),
    );
    return agreeing.length >= threshold;
  });
  // Seeds of the group come from its holders, masking secrets of the wall from theirs: all of them, or nothing.
  return { held: reveal.length < revealers.length, succeedsWithoutRule: true };
}

/**
 * Two stories of who dealt (n = 40, k = 10, t = 6, nobody corrupt), found by SAT: everybody agrees to the statement of its own story, and
 * eight of them are opened, unless devices sign with whom they have masked.
 */
function dealersStory(): Outcome {
  const small: GraphParameters = { graph: 'harary', devices: 40, neighbours: 10, threshold: 6 };
  const places = (text: string) => [...text].flatMap((mark, place) => (mark === '#' ? [place] : []));
  const first = new Set(places('#########...#.....###..#.....#..........'));
  const dealt = [
    new Set(places('#########...########################....')),
    new Set(places('########################################')),
  ] as const;
  const lost = [new Set([8]), new Set([8, 12, 35])] as const;
  const reveal = places('.#######...#.#####............#####.#...');
  const stories = ([0, 1] as const).map(which => ({
    dealt: dealt[which],
    counted: new Set([...dealt[which]].filter(place => !lost[which].has(place))),
  })) as unknown as readonly [Story, Story];
  const storyOf = (place: number) => stories[first.has(place) ? 0 : 1];
  const opened = (leftOut: LeftOut) => {
    const world = new World(small);
    world.mask(place => storyOf(place).dealt);
    for (const place of reveal) {
      const story = storyOf(place);
      world.reveal(
        place,
        story,
        other => {
          if (!story.counted.has(other)) return undefined;
          const signature = storyOf(other) === story ? world.agreement(other, story) : undefined;
          if (signature) return { kind: 'agreement', signature };
          return { kind: 'update', signature: world.updateSignature(other) };
        },
        leftOut,
      );
    }
    return world.opens([0, 1, 2, 3, 4, 5, 6, 7]);
  };
  return { held: !opened({}), succeedsWithoutRule: opened({ evidence: true }) };
}

/** One statement for all, which names all neighbours of a device lost, and everybody else but two. */
function namedLost(): Outcome {
  const story: Story = {
    dealt: new Set(Array.from({ length: 100 }, (_, place) => place)),
    counted: new Set([0, 40, 70]),
  };
  const opened = (leftOut: LeftOut) => {
    const world = new World(hundred);
    world.mask(() => story.dealt);
    const agreements = world.places.map(place => world.agreement(place, story, leftOut));
    for (const place of world.places)
      world.reveal(
        place,
        story,
        other => {
          const signature = agreements[other];
          return signature && { kind: 'agreement', signature };
        },
        leftOut,
      );
    return world.opens([0]);
  };
  return { held: !opened({}), succeedsWithoutRule: opened({ standing: true }) };
}

/**
 * Corrupt devices in two windows of the ring beside a group cut it off, where the threshold is one lower than t ≥ k/2 + h + 1: those between
 * are told another story. n = 1,000, k = 96, 18 corrupt in each window, on the ring alone.
 */
function windows(): Outcome {
  const told = (threshold: number) => ({ ...thousand, threshold });
  const refusesLow = refusalOf(() => checkParameters(told(66), assumed)) === 'secagg.parameters';
  const takesRight = refusalOf(() => checkParameters(told(67), assumed)) === undefined;
  return {
    held: refusesLow && takesRight && !isCutOff(96, 67, 18),
    succeedsWithoutRule: isCutOff(96, 66, 18),
  };
}

/** Whether a group of k devices finds enough that agree among itself and the corrupt ones nearest to it in the windows on both sides. */
function isCutOff(neighbours: number, threshold: number, corrupt: number): boolean {
  const half = neighbours / 2;
  return Array.from({ length: neighbours }, (_, member) => member).every(member => {
    const inside = Math.min(half, member) + Math.min(half, neighbours - 1 - member);
    const inReach = (places: number) => Math.min(corrupt, Math.max(0, places));
    return inside + inReach(half - member) + inReach(half - (neighbours - 1 - member)) >= threshold;
  });
}

/** The same with real keys on a small ring: ten devices between two windows of six places, two corrupt in each. */
function windowsOfKeys(): Outcome {
  const cutOff = (threshold: number) => {
    const parameters: GraphParameters = { graph: 'harary', devices: 40, neighbours: 12, threshold };
    const world = new World(parameters);
    const group = Array.from({ length: 12 }, (_, place) => place);
    const corrupt = [12, 13, 38, 39];
    world.corrupt = new Set(corrupt);
    const inside = new Set([...group, ...corrupt]);
    // The honest devices of the windows never dealt, as the group hears it; all others are lost.
    const silent = new Set([14, 15, 16, 17, 34, 35, 36, 37]);
    const dealt = new Set(world.places.filter(place => !silent.has(place)));
    const story: Story = { dealt, counted: inside };
    try {
      world.mask(() => dealt, [...inside]);
    } catch {
      return false;
    }
    const signatures = new Map(
      [...inside].map(place => [place, world.agreement(place, story, { standing: corrupt.includes(place) })]),
    );
    for (const place of group)
      world.reveal(place, story, other => {
        const signature = signatures.get(other);
        return signature && { kind: 'agreement', signature };
      });
    return world.opens(group);
  };
  // k/2 + h + 1 = 9: with nine nobody is cut off, with eight the group is.
  return { held: !cutOff(9), succeedsWithoutRule: cutOff(8) };
}

export const isolationAttacks: readonly Attack[] = [
  { name: 'own-statements', rule: 'SA13', run: () => ownStatementsAgainst(13, { agree: true }) },
  { name: 'second-statements', rule: 'SA12', run: () => ownStatementsAgainst(13, { once: true }) },
  { name: 'mixed-agreements', rule: 'SA13', run: mixedAgreements },
  { name: 'few-dealers', rule: 'SA12', run: () => ownStatementsAgainst(8, { agree: true }) },
  { name: 'groups-of-a-thousand', rule: 'SA13', run: groupsOfThousand },
  { name: 'dealers-story', rule: 'SA10', run: dealersStory },
  { name: 'named-lost', rule: 'SA12', run: namedLost },
  { name: 'windows', rule: 'SA5', run: windows },
  { name: 'windows-with-keys', rule: 'SA5', run: windowsOfKeys },
];

// Secure aggregation a second time: slow, short, on big integers, with nothing of protocol/src. Its steps take and give the
// same bytes as the fast one's, by the rules of protocol/SPEC.md, so that both can be compared message by message.
import { createCipheriv, createHash, hkdfSync } from 'node:crypto';
import nacl from 'tweetnacl';

/** What a round is given; devices have numbers by the order of their identity keys, `population` any order. */
export interface Round {
  readonly task: string;
  readonly round: string;
  readonly number: number;
  readonly plan: Uint8Array;
  readonly complete: boolean;
  readonly neighbours: number;
  readonly threshold: number;
  /** 32 random bytes each for the identity and for the round. */
  readonly population: readonly { readonly identity: Uint8Array; readonly root: Uint8Array }[];
  /** Bits of the ring. */
  readonly width: number;
  /** By number. */
  readonly updates: readonly bigint[][];
  /** The numbers of the devices that are lost in each phase. */
  readonly losses: Readonly<Record<'shares' | 'updates' | 'agreement' | 'unmasking', ReadonlySet<number>>>;
}

const prime = 2n ** 31n + 11n;
const word = (value: number) => Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const integer = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
const bytesOf = (value: bigint, length: number) =>
  new Uint8Array(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'));
const modulo = (value: bigint, modulus: bigint) => ((value % modulus) + modulus) % modulus;

/** `count` words, of so many bytes each, of the ChaCha20 stream of a key, as unsigned integers. */
export function streamWords(key: Uint8Array, count: number, size = 4): bigint[] {
  const bytes = createCipheriv('chacha20', key, new Uint8Array(16)).update(new Uint8Array(size * count));
  return Array.from({ length: count }, (_, i) => BigInt(bytes.readUIntLE(size * i, size)));
}

function* uniform(key: Uint8Array): Generator<bigint, never, bigint> {
  let below = yield 0n;
  for (let length = 4096; ; length *= 2) {
    for (const drawn of streamWords(key, length).slice(length === 4096 ? 0 : length / 2)) {
      if (drawn < 2n ** 32n - (2n ** 32n % below)) below = yield drawn % below;
    }
  }
}

/** RFC 6962 §2.1, as it is written there: split at the largest power of two below the count. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return sha256(join(Uint8Array.of(0), leaves[0]!));
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(join(Uint8Array.of(1), merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split))));
}

function inclusionProof(leaves: readonly Uint8Array[], known: readonly number[]): Uint8Array {
  const nodes: { level: number; first: number; hash: Uint8Array }[] = [];
  const visit = (first: number, end: number, level: number) => {
    if (!known.some(leaf => leaf >= first && leaf < end)) {
      nodes.push({ level, first, hash: merkleRoot(leaves.slice(first, end)) });
    } else if (end - first > 1) {
      const below = Math.floor(Math.log2(end - first - 1));
      visit(first, first + 2 ** below, below);
      visit(first + 2 ** below, end, below);
    }
  };
  visit(0, leaves.length, Infinity);
  return join(...nodes.sort((a, b) => a.level - b.level || a.first - b.first).map(({ hash }) => hash));
}

/** Shares of a secret of 32 bytes at the points device + 1, 36 bytes each. */
export function deal(
  secret: Uint8Array,
  threshold: number,
  devices: readonly number[],
  draw: () => bigint,
): Uint8Array[] {
  const limbs = Array.from({ length: 9 }, (_, i) => (integer(secret) >> BigInt(31 * (8 - i))) % 2n ** 31n);
  const polynomials = limbs.map(limb => [limb, ...Array.from({ length: threshold - 1 }, draw)]);
  return devices.map(device => {
    const at = (polynomial: bigint[]) =>
      polynomial.reduce((sum, factor, power) => sum + factor * BigInt(device + 1) ** BigInt(power), 0n);
    return join(...polynomials.map(polynomial => bytesOf(at(polynomial) % prime, 4)));
  });
}

/** The secret of 32 bytes that shares of these devices recover. */
export function recover(devices: readonly number[], shares: readonly Uint8Array[]): Uint8Array {
  const inverse = (value: bigint): bigint =>
    value === 1n ? 1n : modulo(-(prime / value) * inverse(prime % value), prime);
  const points = devices.map(device => BigInt(device + 1));
  let secret = 0n;
  for (let limb = 0; limb < 9; limb++) {
    const value = points.reduce((sum, point, i) => {
      const weight = points
        .filter(other => other !== point)
        .reduce((product, other) => (product * other * inverse(modulo(other - point, prime))) % prime, 1n);
      return sum + integer(shares[i]!.subarray(4 * limb, 4 * limb + 4)) * weight;
    }, 0n);
    secret = (secret << 31n) + (value % prime);
  }
  return bytesOf(secret, 32);
}

/** A whole round: every message by the number of its device, and the unmasked sum modulo 2^width. */
export function runRound(given: Round) {
  const { task, round, complete, neighbours: degree, threshold, width, updates, losses } = given;
  const plan = sha256(join(Buffer.from('murmuration plan 2\n'), word(given.number), given.plan));
  let graph: Uint8Array = new Uint8Array(32);
  const bind = (label: string, ...parts: Uint8Array[]) =>
    join(
      Buffer.from(`murmuration secure aggregation 2\n${label}\n${task}\n${round}\n`),
      plan,
      graph,
      ...parts,
    );
  const derive = (secret: Uint8Array, label: string, ...parts: Uint8Array[]) =>
    new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), bind(label, ...parts), 32));
  const devices = given.population
    .map(({ identity, root }) => {
      const [sealing, masking] = [derive(root, 'sealing secret'), derive(root, 'masking secret')];
      const [seed, coefficients] = [derive(root, 'self mask seed'), derive(root, 'share coefficients')];
      const keys = join(nacl.scalarMult.base(sealing), nacl.scalarMult.base(masking));
      const { publicKey: name, secretKey } = nacl.sign.keyPair.fromSeed(identity);
      const signed = (text: Uint8Array) => nacl.sign.detached(text, secretKey);
      const message = join(keys, signed(bind('keys', keys)));
      return { seed, coefficients, sealing, masking, name, signed, keys, message };
    })
    .sort((a, b) => Buffer.compare(a.name, b.name));
  const all = devices.map((_, number) => number);
  const leaves = devices.map(({ name, message }) => join(name, sha256(message)));
  const root = merkleRoot(leaves);

  const ring = [...all];
  const draw = uniform(sha256(bind('ring', word(all.length), root)));
  draw.next();
  for (let place = ring.length - 1; place > 0; place--) {
    const other = Number(draw.next(BigInt(place + 1)).value);
    [ring[place], ring[other]] = [ring[other]!, ring[place]!];
  }
  const near = (a: number, b: number) => {
    const distance = modulo(BigInt(ring.indexOf(a) - ring.indexOf(b)), BigInt(ring.length));
    return (
      a !== b &&
      (complete || 2n * distance <= BigInt(degree) || 2n * (BigInt(ring.length) - distance) <= BigInt(degree))
    );
  };
  const neighbours = all.map(a => all.filter(b => near(a, b)));
  const holders = all.map(a => all.filter(b => near(a, b) || (complete && a === b)));

  const rosters = all.map(self => {
    const head = join(
      Uint8Array.of(Number(complete)),
      ...[all.length, degree, threshold, self].map(word),
      Uint8Array.of(0),
    );
    const entries = neighbours[self]!.map(number =>
      join(word(number), devices[number]!.name, devices[number]!.message),
    );
    const known = [...neighbours[self]!, self];
    const after = all.filter(number => known.includes(number - 1) && !known.includes(number));
    const successors = after.map(number => leaves[number]!);
    return join(head, ...entries, ...successors, inclusionProof(leaves, [...known, ...after]));
  });

  graph = sha256(
    bind('graph', Uint8Array.of(Number(complete)), ...[all.length, degree, threshold].map(word), root),
  );

  const shares = devices.map(({ seed, coefficients, masking }, self) => {
    const random = uniform(coefficients);
    random.next();
    const coefficient = () => random.next(prime).value;
    const seeds = deal(seed, threshold, holders[self]!, coefficient);
    const maskings = deal(masking, threshold, holders[self]!, coefficient);
    return new Map(holders[self]!.map((holder, i) => [holder, { seed: seeds[i]!, masking: maskings[i]! }]));
  });
  const parcel = (from: number, to: number) => {
    const { seed, masking } = shares[from]!.get(to)!;
    const [sender, receiver] = [devices[from]!, devices[to]!.keys.subarray(0, 32)];
    const nonce = sha256(bind('share', word(from), word(to))).subarray(0, 24);
    const hashes = [seed, masking].map(share => sha256(share).subarray(0, 16));
    return join(...hashes, nacl.box(join(seed, masking), nonce, receiver, sender.sealing));
  };
  const parcels = all.map(from => new Map(neighbours[from]!.map(to => [to, parcel(from, to)])));
  const dealings = devices.map(({ signed, seed }, self) => {
    const body = join(sha256(bind('seed', seed)), ...parcels[self]!.values());
    return join(body, signed(bind('dealing', word(self), body)));
  });

  const flags = (values: readonly boolean[]) =>
    Uint8Array.from({ length: Math.ceil(values.length / 8) }, (_, byte) =>
      values.slice(8 * byte, 8 * byte + 8).reduce((sum, value, bit) => sum + Number(value) * 2 ** bit, 0),
    );
  const dealt = (number: number) => !losses.shares.has(number);
  const dealers = flags(all.map(dealt));
  const bundles = all.map(self => {
    return join(dealers, ...neighbours[self]!.filter(dealt).map(dealer => parcels[dealer]!.get(self)!));
  });

  const length = updates[0]!.length;
  const maskOf = (key: Uint8Array) => streamWords(key, length, Math.ceil(width / 8));
  const selfMask = (seed: Uint8Array) => maskOf(derive(seed, 'self mask'));
  const pairMask = (secret: Uint8Array, device: number, peer: number) => {
    const agreed = nacl.scalarMult(secret, devices[peer]!.keys.subarray(32));
    const [smaller, larger] = device < peer ? [device, peer] : [peer, device];
    return maskOf(derive(agreed, 'pair mask', word(smaller), word(larger)));
  };
  const masked = devices.map(({ seed, masking }, self) => {
    const pairMasks = neighbours[self]!.filter(dealt).map(peer => {
      const mask = pairMask(masking, self, peer);
      return self < peer ? mask : mask.map(value => -value);
    });
    const masks = [selfMask(seed), ...pairMasks];
    return updates[self]!.map((value, i) =>
      modulo(
        masks.reduce((sum, mask) => sum + mask[i]!, value),
        2n ** BigInt(width),
      ),
    );
  });

  const contributed = (number: number) => dealt(number) && !losses.updates.has(number);
  const contributors = all.filter(contributed);
  const statement = join(dealers, flags(all.map(contributed)));
  const signatures = devices.map(({ signed }) => signed(bind('update', sha256(dealers))));
  const stated = sha256(bind('statement', statement));
  const agreements = devices.map(({ signed }) => signed(bind('agreement', stated)));
  const agrees = (number: number) => contributed(number) && !losses.agreement.has(number);
  const agreed = all.map(self =>
    join(
      flags(neighbours[self]!.map(agrees)),
      ...neighbours[self]!.filter(contributed).map(
        number => (agrees(number) ? agreements : signatures)[number]!,
      ),
    ),
  );
  const reveals = all.map(self => {
    const held = holders[self]!.filter(dealt);
    const revealed = held.map(dealer => shares[dealer]!.get(self)![contributed(dealer) ? 'seed' : 'masking']);
    return join(stated, flags(held.map(() => true)), ...revealed);
  });

  const revealers = contributors.filter(number => agrees(number) && !losses.unmasking.has(number));
  const secretOf = (dealer: number) => {
    const from = revealers.filter(holder => holders[dealer]!.includes(holder)).slice(-threshold);
    return recover(
      from,
      from.map(holder => shares[dealer]!.get(holder)![contributed(dealer) ? 'seed' : 'masking']),
    );
  };
  const removed = all.filter(dealt).flatMap(dealer =>
    contributed(dealer)
      ? [selfMask(secretOf(dealer))]
      : contributors
          .filter(peer => near(dealer, peer))
          .map(peer => {
            const mask = pairMask(secretOf(dealer), dealer, peer);
            return peer < dealer ? mask : mask.map(value => -value);
          }),
  );
  const sum = Array.from({ length }, (_, i) => {
    const total = contributors.reduce((partial, number) => partial + masked[number]![i]!, 0n);
    return modulo(
      removed.reduce((partial, mask) => partial - mask[i]!, total),
      2n ** BigInt(width),
    );
  });
  const keys = devices.map(({ message }) => message);
  return {
    devices,
    keys,
    rosters,
    dealings,
    bundles,
    masked,
    statement,
    signatures,
    agreements,
    agreed,
    reveals,
    revealers,
    contributors,
    sum,
  };
}

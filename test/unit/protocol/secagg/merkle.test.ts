import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { inclusionProof, merkleRoot, merkleTree, provenRoot } from '@murmuration/protocol/secagg/merkle';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merkleRoot as referenceRoot } from '../../../reference/secagg.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const rootOf = (leaves: readonly Uint8Array[]) => merkleRoot(merkleTree(native, leaves));

// google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc: inputs and roots of the first 1 … 8 of them.
const published = {
  inputs: [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ],
  roots: [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ],
};

test('SA4: the tree has the published roots of RFC 6962', () => {
  const leaves = published.inputs.map(bytes);
  published.roots.forEach((root, i) => {
    expect(hex(rootOf(leaves.slice(0, i + 1)))).toBe(root);
  });
});

const trees = fc
  .array(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 40 })
  .chain(leaves => fc.tuple(fc.constant(leaves), fc.subarray([...leaves.keys()], { minLength: 1 })));

test('SA4: a tree of any size has the root of its recursive definition', () => {
  fc.assert(fc.property(trees, ([leaves]) => hex(rootOf(leaves)) === hex(referenceRoot(leaves))));
});

test('SA6: leaves and their proof give the root; another leaf, proof, place or size does not', () => {
  fc.assert(
    fc.property(trees, fc.nat(), ([leaves, indices], chosen) => {
      const proof = inclusionProof(merkleTree(native, leaves), indices);
      const known = new Map(indices.map(index => [index, leaves[index]!]));
      const root = hex(rootOf(leaves));
      const proven = (size: number, known: Map<number, Uint8Array>, proof: Uint8Array) => {
        const given = provenRoot(native, size, known, proof);
        return given && hex(given);
      };
      expect(proven(leaves.length, known, proof)).toBe(root);

      const index = indices[chosen % indices.length]!;
      expect(proven(leaves.length, new Map(known).set(index, Uint8Array.of(1, 2, 3, 4, 5)), proof)).not.toBe(
        root,
      );
      if (proof.length > 0) {
        const touched = proof.slice();
        touched[chosen % proof.length]! ^= 1;
        expect(proven(leaves.length, known, touched)).not.toBe(root);
        expect(proven(leaves.length, known, proof.subarray(32))).toBeUndefined();
      }
      expect(proven(leaves.length, known, new Uint8Array(proof.length + 32))).toBeUndefined();
    }),
  );
});

// What the lanes of each vector are, which WebAssembly says of operations alone: a local or a constant may hold any.
import binaryen from 'assemblyscript/binaryen';

/**
 * Four lanes of f32 or i32, two of f64, or four answers of a comparison, 1 or 0, which stand for lanes of ones or zeros.
 * @typedef {'f32' | 'i32' | 'f64' | 'mask'} Kind
 * @typedef {number} Expression
 */

/** Operations and classes of expressions, which the types of binaryen leave out. */
export const ops = /** @type {any} */ (binaryen);
/**
 * Operations of two vectors, lane by lane: the kind that they take and make, and the instruction of one lane. Their numbers are not those of
 * operations of one vector.
 * @type {Map<number, readonly [takes: Kind, makes: Kind, instruction: string]>}
 */
export const lanewise = new Map([
  [ops.AddVecF32x4, ['f32', 'f32', 'add']],
  [ops.SubVecF32x4, ['f32', 'f32', 'sub']],
  [ops.MulVecF32x4, ['f32', 'f32', 'mul']],
  [ops.DivVecF32x4, ['f32', 'f32', 'div']],
  [ops.PMinVecF32x4, ['f32', 'f32', 'pmin']],
  [ops.PMaxVecF32x4, ['f32', 'f32', 'pmax']],
  [ops.EqVecF32x4, ['f32', 'mask', 'eq']],
  [ops.NeVecF32x4, ['f32', 'mask', 'ne']],
  [ops.LtVecF32x4, ['f32', 'mask', 'lt']],
  [ops.GtVecF32x4, ['f32', 'mask', 'gt']],
  [ops.LeVecF32x4, ['f32', 'mask', 'le']],
  [ops.GeVecF32x4, ['f32', 'mask', 'ge']],
  [ops.AddVecI32x4, ['i32', 'i32', 'add']],
  [ops.SubVecI32x4, ['i32', 'i32', 'sub']],
  [ops.MulVecI32x4, ['i32', 'i32', 'mul']],
  [ops.EqVecI32x4, ['i32', 'mask', 'eq']],
  [ops.LtUVecI32x4, ['i32', 'mask', 'lt_u']],
  [ops.AddVecF64x2, ['f64', 'f64', 'add']],
  [ops.SubVecF64x2, ['f64', 'f64', 'sub']],
  [ops.MulVecF64x2, ['f64', 'f64', 'mul']],
  [ops.DivVecF64x2, ['f64', 'f64', 'div']],
]);
/** @type {Map<number, Kind>} */
export const splats = new Map([
  [ops.SplatVecF32x4, 'f32'],
  [ops.SplatVecI32x4, 'i32'],
  [ops.SplatVecF64x2, 'f64'],
]);

/** The kinds of the locals of a function that are vectors, by their number. @param {Expression} body @returns {Map<number, Kind>} */
export function kindsOfLocals(body) {
  /** @type {Map<number, Kind>} */
  const kinds = new Map();
  findKinds(body, kinds);
  return kinds;
}

/** From what is put into them. @param {Expression} expression @param {Map<number, Kind>} kinds */
function findKinds(expression, kinds) {
  const info = binaryen.getExpressionInfo(expression);
  if (info.id === binaryen.LocalSetId) {
    const { index, value } = /** @type {binaryen.LocalSetInfo} */ (info);
    // A constant, or what lies in memory, in a local of its own is of floats.
    const isOpen = [binaryen.ConstId, binaryen.LoadId].includes(binaryen.getExpressionId(value));
    const isVector = binaryen.getExpressionType(value) === binaryen.v128;
    const kind = isVector ? (isOpen ? 'f32' : kindOf(value, kinds)) : undefined;
    if (kind && !kinds.has(index)) kinds.set(index, kind);
  }
  for (const child of childrenOf(info)) findKinds(child, kinds);
}

/**
 * The kind of a vector, where it tells: a constant or what lies in memory may be of any.
 * @param {Expression} expression @param {Map<number, Kind>} kinds @returns {Kind | undefined}
 */
export function kindOf(expression, kinds) {
  const info = /** @type {any} */ (binaryen.getExpressionInfo(expression));
  switch (info.id) {
    case binaryen.LocalGetId:
      return kinds.get(info.index);
    case binaryen.LocalSetId:
      return kindOf(info.value, kinds);
    case binaryen.BlockId:
      for (const value of [info.children.at(-1), ...handedTo(info.name, expression)]) {
        const kind = kindOf(value, kinds);
        if (kind) return kind;
      }
      return 'f32';
    case binaryen.IfId:
    case binaryen.SelectId:
      return kindOf(info.ifTrue, kinds) ?? kindOf(info.ifFalse, kinds);
    case binaryen.UnaryId:
      return splats.get(info.op) ?? (info.op === ops.PromoteLowVecF32x4ToVecF64x2 ? 'f64' : 'f32');
    case binaryen.BinaryId: {
      const known = lanewise.get(info.op);
      if (known) return known[1];
      const [left, right] = [kindOf(info.left, kinds), kindOf(info.right, kinds)];
      return left === 'mask' ? (right ?? left) : (left ?? right);
    }
    case binaryen.SIMDTernaryId:
      return kindOf(info.a, kinds) ?? kindOf(info.b, kinds);
    case binaryen.SIMDShiftId:
      return 'i32';
    case binaryen.SIMDReplaceId:
      return info.op === ops.ReplaceLaneVecI32x4 ? 'i32' : 'f32';
    case binaryen.SIMDShuffleId:
      return kindOf(info.left, kinds);
    case binaryen.CallId:
      return 'f32';
    default:
      return undefined;
  }
}

/** What branches hand on to the end of a block. @param {string} name @param {Expression} inside @returns {Expression[]} */
function handedTo(name, inside) {
  const info = /** @type {any} */ (binaryen.getExpressionInfo(inside));
  const own = info.id === binaryen.BreakId && info.name === name && info.value ? [info.value] : [];
  return [...own, ...childrenOf(info).flatMap(child => handedTo(name, child))];
}

/** @param {object} info @returns {Expression[]} */
function childrenOf(info) {
  return Object.entries(info).flatMap(([name, value]) => {
    if (name === 'children' || name === 'operands') return value;
    const isChild = [
      'condition',
      'ifTrue',
      'ifFalse',
      'body',
      'value',
      'ptr',
      'left',
      'right',
      'vec',
      'a',
      'b',
      'c',
      'shift',
    ].includes(name);
    return isChild &&
      typeof value === 'number' &&
      value !== 0 &&
      !('id' in info && info.id === binaryen.ConstId)
      ? [value]
      : [];
  });
}

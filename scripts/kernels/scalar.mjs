// Takes vectors apart: what is left of a module has each lane in a local of its own, does the same roundings in the same order, and so
// gives the same bytes. It serves engines without vectors, and binaryen's wasm2js, which knows none.
import binaryen from 'assemblyscript/binaryen';
import { kindOf, kindsOfLocals, lanewise, ops, splats } from './vector-kinds.mjs';

/** @import { Expression, Kind } from './vector-kinds.mjs' */
/**
 * A vector whose lanes lie in locals.
 * @typedef {{ readonly kind: Kind, readonly lanes: readonly number[] }} Vector
 */

const { f32, f64, i32, v128, none } = binaryen;
const besides =
  binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt | binaryen.Features.NontrappingFPToInt;
/** @type {Record<Kind, number>} */
const typeOf = { f32, i32, f64, mask: i32 };
/** @param {Kind} kind */
const lanesOf = kind => (kind === 'f64' ? 2 : 4);

/** Those of one operand; their numbers are those of others among the operations of two. @type {Map<number, 'neg' | 'sqrt'>} */
const unary = new Map([
  [ops.NegVecF32x4, 'neg'],
  [ops.SqrtVecF32x4, 'sqrt'],
]);
/** @type {Map<number, 'shl' | 'shr_u' | 'shr_s'>} */
const shifts = new Map([
  [ops.ShlVecI32x4, 'shl'],
  [ops.ShrUVecI32x4, 'shr_u'],
  [ops.ShrSVecI32x4, 'shr_s'],
]);
const extracted = new Map([
  [ops.ExtractLaneVecF32x4, 'f32'],
  [ops.ExtractLaneVecI32x4, 'i32'],
  [ops.ExtractLaneVecF64x2, 'f64'],
]);
const bitwise = new Map([
  [ops.AndVec128, 'and'],
  [ops.OrVec128, 'or'],
  [ops.XorVec128, 'xor'],
  [ops.AndNotVec128, 'andnot'],
]);

/**
 * The same module without vectors. Throws for an operation that the kernels have not had so far.
 * @param {Uint8Array} bytes with SIMD, not optimised: optimised code keeps different kinds of vectors in one local.
 */
export function withoutVectors(bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.SIMD128 | besides);
  // What the compiler inlines shares locals, of different kinds among them.
  module.runPasses(['ssa-nomerge']);
  const functions = Array.from({ length: module.getNumFunctions() }, (_, i) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(i)),
  );
  for (const lane of [1, 2, 3]) module.addGlobal(`lane${lane}`, f32, true, module.f32.const(0));
  const signatures = new Map(functions.map(({ name, params, results }) => [name, { params, results }]));
  for (const info of functions)
    if (info.base === null || info.base === '') new Lowering(module, info, signatures).replace();
  module.setFeatures(besides);
  return module;
}

/** One function. */
class Lowering {
  /** @type {any} binaryen.Module, whose types name no kind of value by a variable. */
  #module;
  #info;
  #signatures;
  /** Where a local that is no vector lies now, by its old number. @type {Map<number, number>} */
  #moved = new Map();
  /** Where the lanes of one that is lie. @type {Map<number, Vector>} */
  #vectors = new Map();
  /** What a block with a vector for its result makes. @type {Map<string, Vector>} */
  #results = new Map();
  /** @type {number[]} */
  #locals = [];
  #parameters = 0;

  /**
   * @param {binaryen.Module} module @param {binaryen.FunctionInfo} info
   * @param {Map<string, { params: number, results: number }>} signatures
   */
  constructor(module, info, signatures) {
    this.#module = module;
    this.#info = info;
    this.#signatures = signatures;
  }

  replace() {
    const m = this.#module;
    const { name, params, results, vars, body } = this.#info;
    const old = [...binaryen.expandType(params), ...vars];
    this.#kinds = kindsOfLocals(body);
    const inputs = binaryen.expandType(params).length;
    for (const [index, type] of old.entries()) {
      if (index === inputs) this.#parameters = this.#locals.length;
      if (type === v128)
        this.#vectors.set(index, this.#fresh(index < inputs ? 'f32' : (this.#kinds.get(index) ?? 'f32')));
      else this.#moved.set(index, this.#scalar(type));
    }
    if (old.length === inputs) this.#parameters = this.#locals.length;
    const lowered = results === v128 ? this.#returned(body) : this.#lower(body);
    m.removeFunction(name);
    m.addFunction(
      name,
      binaryen.createType(this.#locals.slice(0, this.#parameters)),
      results === v128 ? f32 : results,
      this.#locals.slice(this.#parameters),
      lowered,
    );
  }

  /** @type {Map<number, Kind>} */
  #kinds = new Map();

  /** @param {number} type */
  #scalar(type) {
    this.#locals.push(type);
    return this.#locals.length - 1;
  }

  /** @param {Kind} kind @returns {Vector} */
  #fresh(kind) {
    return { kind, lanes: Array.from({ length: lanesOf(kind) }, () => this.#scalar(typeOf[kind])) };
  }

  /** A function's body whose value is a vector: its first lane, the others go through globals. @param {Expression} body */
  #returned(body) {
    if (binaryen.getExpressionType(body) !== v128) return this.#lower(body);
    /** @type {Expression[]} */
    const before = [];
    const vector = this.#vector(body, before, 'f32');
    return this.#module.block(null, [...before, ...this.#handOver(vector)], f32);
  }

  /** @param {Vector} vector @returns {Expression[]} */
  #handOver({ lanes }) {
    const m = this.#module;
    const [first, ...others] = /** @type {[number, ...number[]]} */ (lanes);
    return [
      ...others.map((lane, i) => m.global.set(`lane${i + 1}`, m.local.get(lane, f32))),
      m.local.get(first, f32),
    ];
  }

  /**
   * An expression that makes no vector, with what it has of them inside taken apart.
   * @param {Expression} expression @returns {Expression}
   */
  #lower(expression) {
    if (!expression) return expression;
    const m = this.#module;
    const info = /** @type {any} */ (binaryen.getExpressionInfo(expression));
    switch (info.id) {
      case binaryen.LocalGetId:
        return m.local.get(/** @type {number} */ (this.#moved.get(info.index)), info.type);
      case binaryen.LocalSetId: {
        if (binaryen.getExpressionType(info.value) === v128)
          return this.#sequence(before => this.#set(info, before));
        const index = /** @type {number} */ (this.#moved.get(info.index));
        const value = this.#lower(info.value);
        return info.isTee ? m.local.tee(index, value, info.type) : m.local.set(index, value);
      }
      case binaryen.BlockId:
        return m.block(
          info.name || null,
          info.children.map((/** @type {Expression} */ child) => this.#lower(child)),
          info.type,
        );
      case binaryen.IfId:
        return m.if(this.#lower(info.condition), this.#lower(info.ifTrue), this.#lower(info.ifFalse));
      case binaryen.LoopId:
        return m.loop(info.name, this.#lower(info.body));
      case binaryen.BreakId: {
        const result = this.#results.get(info.name);
        if (!result) return m.br(info.name, this.#lower(info.condition), this.#lower(info.value));
        if (info.condition) throw new Error('A branch that hands on a vector has a condition.');
        return this.#sequence(before => {
          this.#copy(this.#vector(info.value, before, result.kind), result, before);
          before.push(m.br(info.name));
        });
      }
      case binaryen.ReturnId:
        if (!info.value || binaryen.getExpressionType(info.value) !== v128)
          return m.return(this.#lower(info.value));
        return this.#sequence(before => {
          const handed = this.#handOver(this.#vector(info.value, before, 'f32'));
          before.push(...handed.slice(0, -1), m.return(/** @type {Expression} */ (handed.at(-1))));
        });
      case binaryen.DropId:
        if (binaryen.getExpressionType(info.value) !== v128) return m.drop(this.#lower(info.value));
        return this.#sequence(before => void this.#vector(info.value, before));
      case binaryen.CallId:
        return this.#sequence(before => before.push(this.#call(info, before)), info.type);
      case binaryen.StoreId:
        if (binaryen.getExpressionType(info.value) === v128)
          return this.#sequence(before => this.#store(info, before));
        ops.Store.setPtr(expression, this.#lower(info.ptr));
        ops.Store.setValue(expression, this.#lower(info.value));
        return expression;
      case binaryen.SIMDLoadStoreLaneId:
        return this.#sequence(before => {
          const at = this.#address(info.ptr, before);
          const { lanes } = this.#vector(info.vec, before, 'f32');
          before.push(
            m.f32.store(info.offset, 4, at(), m.local.get(/** @type {number} */ (lanes[info.index]), f32)),
          );
        });
      case binaryen.LoadId:
        ops.Load.setPtr(expression, this.#lower(info.ptr));
        return expression;
      case binaryen.UnaryId:
        if (info.op === ops.AnyTrueVec128)
          return this.#sequence(before => before.push(this.#any(info.value, before)), i32);
        ops.Unary.setValue(expression, this.#lower(info.value));
        return expression;
      case binaryen.BinaryId:
        ops.Binary.setLeft(expression, this.#lower(info.left));
        ops.Binary.setRight(expression, this.#lower(info.right));
        return expression;
      case binaryen.SelectId:
        return m.select(this.#lower(info.condition), this.#lower(info.ifTrue), this.#lower(info.ifFalse));
      case binaryen.SIMDExtractId: {
        const kind = /** @type {Kind | undefined} */ (extracted.get(info.op));
        if (!kind) break;
        return this.#sequence(before => {
          const { lanes } = this.#vector(info.vec, before, kind);
          before.push(m.local.get(/** @type {number} */ (lanes[info.index]), typeOf[kind]));
        }, typeOf[kind]);
      }
      case binaryen.MemoryFillId:
        return m.memory.fill(this.#lower(info.dest), this.#lower(info.value), this.#lower(info.size));
      case binaryen.MemoryCopyId:
        return m.memory.copy(this.#lower(info.dest), this.#lower(info.source), this.#lower(info.size));
      case binaryen.ConstId:
      case binaryen.GlobalGetId:
      case binaryen.NopId:
      case binaryen.UnreachableId:
        return expression;
      default:
    }
    throw new Error(`No vector is known to be in ${binaryen.emitText(expression).slice(0, 200)}`);
  }

  /** @param {(before: Expression[]) => unknown} fill @param {number} [type] */
  #sequence(fill, type = none) {
    /** @type {Expression[]} */
    const before = [];
    fill(before);
    return before.length === 1
      ? /** @type {Expression} */ (before[0])
      : this.#module.block(null, before, type);
  }

  /**
   * Leaves the lanes of a vector in locals. `before` gets what has to happen for that, in order.
   * @param {Expression} expression @param {Expression[]} before @param {Kind} [wanted] @returns {Vector}
   */
  #vector(expression, before, wanted) {
    const made = this.#any128(expression, before, wanted);
    return wanted ? this.#as(made, wanted, before) : made;
  }

  /** @param {Expression} expression @param {Expression[]} before @param {Kind} [wanted] @returns {Vector} */
  #any128(expression, before, wanted) {
    const m = this.#module;
    const info = /** @type {any} */ (binaryen.getExpressionInfo(expression));
    const lane =
      (/** @type {Vector} */ { kind, lanes }, /** @type {number} */ i) =>
      () =>
        m.local.get(/** @type {number} */ (lanes[i]), typeOf[kind]);
    const each = (/** @type {Kind} */ kind, /** @type {(lane: number) => Expression} */ make) => {
      const to = this.#fresh(kind);
      for (const [i, local] of to.lanes.entries()) before.push(m.local.set(local, make(i)));
      return to;
    };
    switch (info.id) {
      case binaryen.LocalGetId: {
        const vector = /** @type {Vector} */ (this.#vectors.get(info.index));
        return each(vector.kind, i => lane(vector, i)());
      }
      case binaryen.LocalSetId:
        return this.#set(info, before);
      case binaryen.ConstId: {
        const view = new DataView(Uint8Array.from(info.value).buffer);
        const kind = wanted ?? 'f32';
        if (kind === 'mask') return each(kind, i => m.i32.const(asAnswer(view.getInt32(4 * i, true))));
        if (kind === 'f64') return each(kind, i => m.f64.const(view.getFloat64(8 * i, true)));
        if (kind === 'i32') return each(kind, i => m.i32.const(view.getInt32(4 * i, true)));
        return each(kind, i => m.f32.const(view.getFloat32(4 * i, true)));
      }
      case binaryen.LoadId: {
        const at = this.#address(info.ptr, before);
        if (wanted === 'i32') return each('i32', i => m.i32.load(info.offset + 4 * i, 4, at()));
        return each('f32', i => m.f32.load(info.offset + 4 * i, 4, at()));
      }
      case binaryen.SIMDLoadId: {
        if (info.op !== ops.Load32SplatVec128) break;
        const value = this.#scalar(f32);
        before.push(m.local.set(value, m.f32.load(info.offset, 4, this.#lower(info.ptr))));
        return each('f32', () => m.local.get(value, f32));
      }
      case binaryen.SIMDLoadStoreLaneId: {
        const at = this.#address(info.ptr, before);
        const vector = this.#vector(info.vec, before, 'f32');
        return each('f32', i => (i === info.index ? m.f32.load(info.offset, 4, at()) : lane(vector, i)()));
      }
      case binaryen.SIMDReplaceId: {
        const kind = info.op === ops.ReplaceLaneVecI32x4 ? 'i32' : 'f32';
        const vector = this.#vector(info.vec, before, kind);
        const value = this.#scalar(typeOf[kind]);
        before.push(m.local.set(value, this.#lower(info.value)));
        return each(kind, i => (i === info.index ? m.local.get(value, typeOf[kind]) : lane(vector, i)()));
      }
      case binaryen.SIMDShuffleId: {
        const [left, right] = [
          this.#vector(info.left, before, 'f32'),
          this.#vector(info.right, before, 'f32'),
        ];
        return each('f32', i => {
          const from = info.mask[4 * i];
          const isWhole = from % 4 === 0 && [1, 2, 3].every(byte => info.mask[4 * i + byte] === from + byte);
          if (!isWhole) throw new Error('A shuffle takes lanes of 32 bits apart.');
          return from < 16 ? lane(left, from / 4)() : lane(right, (from - 16) / 4)();
        });
      }
      case binaryen.SIMDTernaryId: {
        if (info.op !== ops.BitselectVec128) break;
        const kind = kindOf(expression, this.#kinds) ?? wanted ?? 'f32';
        const [a, b] = [this.#vector(info.a, before, kind), this.#vector(info.b, before, kind)];
        const mask = this.#vector(info.c, before, 'mask');
        return each(kind, i => m.select(lane(mask, i)(), lane(a, i)(), lane(b, i)()));
      }
      case binaryen.SIMDShiftId: {
        const shift = shifts.get(info.op);
        if (!shift) break;
        const vector = this.#vector(info.vec, before, 'i32');
        const by = this.#scalar(i32);
        before.push(m.local.set(by, this.#lower(info.shift)));
        return each('i32', i =>
          m.i32[shift](lane(vector, i)(), m.i32.and(m.local.get(by, i32), m.i32.const(31))),
        );
      }
      case binaryen.UnaryId:
        return this.#unary(info, before, each, lane);
      case binaryen.BinaryId:
        return this.#binary(expression, info, before, each, lane);
      case binaryen.SelectId: {
        const kind = kindOf(expression, this.#kinds) ?? wanted ?? 'f32';
        const [a, b] = [this.#vector(info.ifTrue, before, kind), this.#vector(info.ifFalse, before, kind)];
        const condition = this.#scalar(i32);
        before.push(m.local.set(condition, this.#lower(info.condition)));
        return each(kind, i => m.select(m.local.get(condition, i32), lane(a, i)(), lane(b, i)()));
      }
      case binaryen.IfId: {
        const to = this.#fresh(kindOf(expression, this.#kinds) ?? wanted ?? 'f32');
        const arm = (/** @type {Expression} */ from) => {
          if (binaryen.getExpressionType(from) !== v128) return this.#lower(from);
          return this.#sequence(inside => this.#copy(this.#vector(from, inside, to.kind), to, inside));
        };
        before.push(m.if(this.#lower(info.condition), arm(info.ifTrue), arm(info.ifFalse)));
        return to;
      }
      case binaryen.BlockId:
        return this.#block(expression, info, before, wanted);
      case binaryen.CallId: {
        const first = this.#scalar(f32);
        before.push(m.local.set(first, this.#call(info, before)));
        return each('f32', i => (i === 0 ? m.local.get(first, f32) : m.global.get(`lane${i}`, f32)));
      }
      default:
    }
    throw new Error(`No lanes are known of ${binaryen.emitText(expression).slice(0, 200)}`);
  }

  /** @param {Expression} expression @param {any} info @param {Expression[]} before @param {Kind} [wanted] @returns {Vector} */
  #block(expression, info, before, wanted) {
    const m = this.#module;
    const to = this.#fresh(kindOf(expression, this.#kinds) ?? wanted ?? 'f32');
    if (info.name) this.#results.set(info.name, to);
    const inside = info.children.slice(0, -1).map((/** @type {Expression} */ child) => this.#lower(child));
    const last = info.children.at(-1);
    if (binaryen.getExpressionType(last) === v128)
      this.#copy(this.#vector(last, inside, to.kind), to, inside);
    else inside.push(this.#lower(last));
    before.push(m.block(info.name || null, inside, none));
    return to;
  }

  /** @param {any} info @param {Expression[]} before @param {any} each @param {any} lane @returns {Vector} */
  #unary(info, before, each, lane) {
    const m = this.#module;
    const splat = splats.get(info.op);
    if (splat) {
      const value = this.#scalar(typeOf[splat]);
      before.push(m.local.set(value, this.#lower(info.value)));
      return each(splat, () => m.local.get(value, typeOf[splat]));
    }
    if (info.op === ops.PromoteLowVecF32x4ToVecF64x2) {
      const vector = this.#vector(info.value, before, 'f32');
      return each('f64', (/** @type {number} */ i) => m.f64.promote(lane(vector, i)()));
    }
    if (info.op === ops.DemoteZeroVecF64x2ToVecF32x4) {
      const vector = this.#vector(info.value, before, 'f64');
      return each('f32', (/** @type {number} */ i) =>
        i < 2 ? m.f32.demote(lane(vector, i)()) : m.f32.const(0),
      );
    }
    const known = unary.get(info.op);
    if (!known) throw new Error(`The kernels have a new operation, ${info.op}.`);
    const vector = this.#vector(info.value, before, 'f32');
    return each('f32', (/** @type {number} */ i) => m.f32[known](lane(vector, i)()));
  }

  /** @param {Expression} expression @param {any} info @param {Expression[]} before @param {any} each @param {any} lane @returns {Vector} */
  #binary(expression, info, before, each, lane) {
    const m = this.#module;
    const known = lanewise.get(info.op);
    if (known) {
      const [a, b] = [this.#vector(info.left, before, known[0]), this.#vector(info.right, before, known[0])];
      const [takes, makes, instruction] = known;
      return each(makes, (/** @type {number} */ i) => {
        const [left, right] = [lane(a, i), lane(b, i)];
        if (instruction === 'pmin') return m.select(m.f32.lt(right(), left()), right(), left());
        if (instruction === 'pmax') return m.select(m.f32.lt(left(), right()), right(), left());
        return m[takes][instruction](left(), right());
      });
    }
    const bits = bitwise.get(info.op);
    if (!bits) throw new Error(`The kernels have a new operation, ${info.op}.`);
    const kind = kindOf(expression, this.#kinds) ?? 'i32';
    const kinds = [info.left, info.right].map(side => kindOf(side, this.#kinds));
    const masked = kinds.indexOf('mask', bits === 'andnot' ? 1 : 0);
    if (kind !== 'mask' && masked >= 0 && (bits === 'and' || bits === 'andnot')) {
      // Lanes of ones keep a value as it is, and those of zeros make it 0.
      const sides = [info.left, info.right].map((side, i) =>
        this.#vector(side, before, i === masked ? 'mask' : kind),
      );
      const [mask, value] = [
        /** @type {Vector} */ (sides[masked]),
        /** @type {Vector} */ (sides[1 - masked]),
      ];
      const zero = () => (kind === 'f32' ? m.f32.const(0) : m.i32.const(0));
      return each(kind, (/** @type {number} */ i) =>
        bits === 'and'
          ? m.select(lane(mask, i)(), lane(value, i)(), zero())
          : m.select(lane(mask, i)(), zero(), lane(value, i)()),
      );
    }
    const [whole, ones] =
      kind === 'mask' ? [/** @type {Kind} */ ('mask'), 1] : [/** @type {Kind} */ ('i32'), -1];
    const [a, b] = [this.#vector(info.left, before, whole), this.#vector(info.right, before, whole)];
    return each(whole, (/** @type {number} */ i) => {
      const [left, right] = [lane(a, i)(), lane(b, i)()];
      if (bits === 'andnot') return m.i32.and(left, m.i32.xor(right, m.i32.const(ones)));
      return m.i32[/** @type {'and' | 'or' | 'xor'} */ (bits)](left, right);
    });
  }

  /** Whether any bit of a vector is set. @param {Expression} expression @param {Expression[]} before */
  #any(expression, before) {
    const m = this.#module;
    const kind = kindOf(expression, this.#kinds) === 'mask' ? 'mask' : 'i32';
    const [first, ...others] = this.#vector(expression, before, kind).lanes.map(lane =>
      m.local.get(lane, i32),
    );
    const all = others.reduce((bits, lane) => m.i32.or(bits, lane), /** @type {Expression} */ (first));
    return m.i32.ne(all, m.i32.const(0));
  }

  /** The same bits as lanes of another kind. @param {Vector} vector @param {Kind} kind @param {Expression[]} before @returns {Vector} */
  #as(vector, kind, before) {
    if (vector.kind === kind) return vector;
    const m = this.#module;
    const to = this.#fresh(kind);
    for (const [i, local] of to.lanes.entries()) {
      const from = m.local.get(/** @type {number} */ (vector.lanes[i]), typeOf[vector.kind]);
      if (vector.kind === 'f32' && kind === 'i32') before.push(m.local.set(local, m.i32.reinterpret(from)));
      else if (vector.kind === 'i32' && kind === 'f32')
        before.push(m.local.set(local, m.f32.reinterpret(from)));
      else throw new Error(`In ${this.#info.name} lanes of ${vector.kind} are taken for ${kind}.`);
    }
    return to;
  }

  /** @param {Vector} from @param {Vector} to @param {Expression[]} before */
  #copy(from, to, before) {
    const m = this.#module;
    for (const [i, local] of to.lanes.entries())
      before.push(m.local.set(local, m.local.get(/** @type {number} */ (from.lanes[i]), typeOf[to.kind])));
  }

  /** @param {binaryen.LocalSetInfo} info @param {Expression[]} before @returns {Vector} */
  #set({ index, value }, before) {
    const to = /** @type {Vector} */ (this.#vectors.get(index));
    this.#copy(this.#vector(value, before, to.kind), to, before);
    return to;
  }

  /** @param {binaryen.StoreInfo} info @param {Expression[]} before */
  #store({ ptr, value, offset }, before) {
    const m = this.#module;
    const at = this.#address(ptr, before);
    const found = this.#vector(value, before);
    const { kind, lanes } = found.kind === 'mask' ? this.#as(found, 'i32', before) : found;
    if (kind === 'f64' || kind === 'mask') throw new Error(`A vector of ${kind} is stored.`);
    for (const [i, lane] of lanes.entries())
      before.push(m[kind].store(offset + 4 * i, 4, at(), m.local.get(lane, typeOf[kind])));
  }

  /** @param {Expression} ptr @param {Expression[]} before */
  #address(ptr, before) {
    const m = this.#module;
    const local = this.#scalar(i32);
    before.push(m.local.set(local, this.#lower(ptr)));
    return () => m.local.get(local, i32);
  }

  /** @param {binaryen.CallInfo} info @param {Expression[]} before */
  #call({ target, operands }, before) {
    const m = this.#module;
    const { results } = /** @type {{ results: number }} */ (this.#signatures.get(target));
    const given = operands.flatMap(operand => {
      const type = binaryen.getExpressionType(operand);
      const lanes =
        type === v128
          ? this.#vector(operand, before, 'f32').lanes.map(lane => /** @type {const} */ ([lane, f32]))
          : [/** @type {const} */ ([this.#kept(operand, type, before), type])];
      return lanes.map(([local, of]) => m.local.get(local, of));
    });
    return m.call(target, given, results === v128 ? f32 : results);
  }

  /** @param {Expression} operand @param {number} type @param {Expression[]} before */
  #kept(operand, type, before) {
    const local = this.#scalar(type);
    before.push(this.#module.local.set(local, this.#lower(operand)));
    return local;
  }
}

/** @param {number} bits */
function asAnswer(bits) {
  if (bits !== 0 && bits !== -1) throw new Error(`The constant ${bits} is no answer of a comparison.`);
  return -bits;
}

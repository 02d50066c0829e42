// @ts-nocheck
// Made from engine/assembly by `npm run kernels`, with binaryen's wasm2js.
/** The kernels in JavaScript, over a memory, which from then on grows by its `grow`. */
export function javascriptKernels(memory) {
var bufferView;var scratchBuffer = new ArrayBuffer(16);
var i32ScratchView = new Int32Array(scratchBuffer);
var f32ScratchView = new Float32Array(scratchBuffer);
var f64ScratchView = new Float64Array(scratchBuffer);
function wasm2js_scratch_store_i32(index, value) {
i32ScratchView[index] = value;
}
function wasm2js_scratch_load_f32() {
return f32ScratchView[2];
}
function wasm2js_scratch_store_f32(value) {
f32ScratchView[2] = value;
}
function wasm2js_scratch_load_i32(index) {
return i32ScratchView[index];
}
function wasm2js_memory_fill(dest, value, size) {
dest = dest >>> 0;
size = size >>> 0;
if (dest + size > bufferView.length) throw "trap: invalid memory.fill";
bufferView.fill(value, dest, dest + size);
}
function wasm2js_memory_copy(dest, source, size) {bufferView.copyWithin(dest, source, source + size);
}
function asmFunc(imports) {
var env = imports.env;
var memory = env.memory;
var buffer = memory.buffer;
memory.grow = __wasm_memory_grow;
var HEAP8 = new Int8Array(buffer);
var HEAP16 = new Int16Array(buffer);
var HEAP32 = new Int32Array(buffer);
var HEAPU8 = new Uint8Array(buffer);
var HEAPU16 = new Uint16Array(buffer);
var HEAPU32 = new Uint32Array(buffer);
var HEAPF32 = new Float32Array(buffer);
var HEAPF64 = new Float64Array(buffer);
var Math_imul = Math.imul;
var Math_fround = Math.fround;
var Math_abs = Math.abs;
var Math_clz32 = Math.clz32;
var Math_min = Math.min;
var Math_max = Math.max;
var Math_floor = Math.floor;
var Math_ceil = Math.ceil;
var Math_trunc = Math.trunc;
var Math_sqrt = Math.sqrt;
var lane1 = 0;
var lane2 = 0;
function $2($0, $1, $2_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
var $3_1 = 0, $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0;
if (!$0) {
return
}
label : while (1) {
if (($1 | 0) > (0 | 0)) {
if (($1 | 0) >= (4 | 0)) {
$4_1 = HEAPF32[$2_1 >> 2];
$6_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$5_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$3_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
} else {
$4_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$6_1 = 0;
$5_1 = lane1;
$3_1 = lane2;
}
block2 : {
if (($0 | 0) == (1 | 0)) {
$4_1 = $4_1 > 7.905311107635498 ? 7.905311107635498 : $4_1;
$7_1 = $4_1 < (-7.905311107635498) ? (-7.905311107635498) : $4_1;
$4_1 = Math_fround($7_1 * $7_1);
$5_1 = $5_1 > 7.905311107635498 ? 7.905311107635498 : $5_1;
$8_1 = $5_1 < (-7.905311107635498) ? (-7.905311107635498) : $5_1;
$5_1 = Math_fround($8_1 * $8_1);
$3_1 = $3_1 > 7.905311107635498 ? 7.905311107635498 : $3_1;
$9_1 = $3_1 < (-7.905311107635498) ? (-7.905311107635498) : $3_1;
$3_1 = Math_fround($9_1 * $9_1);
$6_1 = $6_1 > 7.905311107635498 ? 7.905311107635498 : $6_1;
$10_1 = $6_1 < (-7.905311107635498) ? (-7.905311107635498) : $6_1;
$6_1 = Math_fround($10_1 * $10_1);
$4_1 = Math_fround(Math_fround($7_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($4_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $4_1) + (-8.604671836165423e-11)) * $4_1) + 5.122297253024044e-8) * $4_1) + 0.000014857223504805006) * $4_1) + 0.0006372619536705315) * $4_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($4_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $4_1) + 0.0022684347350150347) * $4_1) + 0.0048935250379145145));
$5_1 = Math_fround(Math_fround($8_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($5_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $5_1) + (-8.604671836165423e-11)) * $5_1) + 5.122297253024044e-8) * $5_1) + 0.000014857223504805006) * $5_1) + 0.0006372619536705315) * $5_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($5_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $5_1) + 0.0022684347350150347) * $5_1) + 0.0048935250379145145));
$6_1 = Math_fround(Math_fround($10_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($6_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $6_1) + (-8.604671836165423e-11)) * $6_1) + 5.122297253024044e-8) * $6_1) + 0.000014857223504805006) * $6_1) + 0.0006372619536705315) * $6_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($6_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $6_1) + 0.0022684347350150347) * $6_1) + 0.0048935250379145145));
$3_1 = Math_fround(Math_fround($9_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($3_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $3_1) + (-8.604671836165423e-11)) * $3_1) + 5.122297253024044e-8) * $3_1) + 0.000014857223504805006) * $3_1) + 0.0006372619536705315) * $3_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($3_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $3_1) + 0.0022684347350150347) * $3_1) + 0.0048935250379145145));
break block2;
}
if (($0 | 0) == (2 | 0)) {
$8_1 = Math_fround(-$4_1);
$4_1 = $8_1;
$4_1 = $4_1 > 88.37625885009766 ? 88.37625885009766 : $4_1;
$9_1 = $4_1 < (-87) ? (-87) : $4_1;
$10_1 = Math_fround(Math_fround($9_1 * 1.4426950216293335) + 12582912);
$4_1 = Math_fround($10_1 + (-12582912));
$11_1 = Math_fround(-$5_1);
$5_1 = $11_1;
$5_1 = $5_1 > 88.37625885009766 ? 88.37625885009766 : $5_1;
$12_1 = $5_1 < (-87) ? (-87) : $5_1;
$13_1 = Math_fround(Math_fround($12_1 * 1.4426950216293335) + 12582912);
$5_1 = Math_fround($13_1 + (-12582912));
$14_1 = Math_fround(-$3_1);
$3_1 = $14_1;
$3_1 = $3_1 > 88.37625885009766 ? 88.37625885009766 : $3_1;
$15_1 = $3_1 < (-87) ? (-87) : $3_1;
$16_1 = Math_fround(Math_fround($15_1 * 1.4426950216293335) + 12582912);
$7_1 = Math_fround($16_1 + (-12582912));
$17_1 = Math_fround(-$6_1);
$3_1 = $17_1;
$3_1 = $3_1 > 88.37625885009766 ? 88.37625885009766 : $3_1;
$18_1 = $3_1 < (-87) ? (-87) : $3_1;
$19_1 = Math_fround(Math_fround($18_1 * 1.4426950216293335) + 12582912);
$6_1 = Math_fround($19_1 + (-12582912));
$3_1 = Math_fround(Math_fround($9_1 - Math_fround($4_1 * 0.693359375)) + Math_fround($4_1 * 0.00021219444170128554));
$4_1 = Math_fround(1 / Math_fround(($8_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($3_1 * 0.00019875691214110702) + 0.001398199936375022) * $3_1) + 0.008333452045917511) * $3_1) + 0.04166579619050026) * $3_1) + 0.1666666567325592) * $3_1) + 0.5) * $3_1) * $3_1) + $3_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($10_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$3_1 = Math_fround(Math_fround($12_1 - Math_fround($5_1 * 0.693359375)) + Math_fround($5_1 * 0.00021219444170128554));
$5_1 = Math_fround(1 / Math_fround(($11_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($3_1 * 0.00019875691214110702) + 0.001398199936375022) * $3_1) + 0.008333452045917511) * $3_1) + 0.04166579619050026) * $3_1) + 0.1666666567325592) * $3_1) + 0.5) * $3_1) * $3_1) + $3_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($13_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$3_1 = Math_fround(Math_fround($18_1 - Math_fround($6_1 * 0.693359375)) + Math_fround($6_1 * 0.00021219444170128554));
$6_1 = Math_fround(1 / Math_fround(($17_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($3_1 * 0.00019875691214110702) + 0.001398199936375022) * $3_1) + 0.008333452045917511) * $3_1) + 0.04166579619050026) * $3_1) + 0.1666666567325592) * $3_1) + 0.5) * $3_1) * $3_1) + $3_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($19_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$3_1 = Math_fround(Math_fround($15_1 - Math_fround($7_1 * 0.693359375)) + Math_fround($7_1 * 0.00021219444170128554));
$3_1 = Math_fround(1 / Math_fround(($14_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($3_1 * 0.00019875691214110702) + 0.001398199936375022) * $3_1) + 0.008333452045917511) * $3_1) + 0.04166579619050026) * $3_1) + 0.1666666567325592) * $3_1) + 0.5) * $3_1) * $3_1) + $3_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($16_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block2;
}
if (($0 | 0) == (3 | 0)) {
$4_1 = Math_fround(Math_fround($4_1 * 0.20000000298023224) + 0.5);
$4_1 = $4_1 > 1 ? 1 : $4_1;
$4_1 = $4_1 < 0 ? 0 : $4_1;
$5_1 = Math_fround(Math_fround($5_1 * 0.20000000298023224) + 0.5);
$5_1 = $5_1 > 1 ? 1 : $5_1;
$5_1 = $5_1 < 0 ? 0 : $5_1;
$6_1 = Math_fround(Math_fround($6_1 * 0.20000000298023224) + 0.5);
$6_1 = $6_1 > 1 ? 1 : $6_1;
$6_1 = $6_1 < 0 ? 0 : $6_1;
$3_1 = Math_fround(Math_fround($3_1 * 0.20000000298023224) + 0.5);
$3_1 = $3_1 > 1 ? 1 : $3_1;
$3_1 = $3_1 < 0 ? 0 : $3_1;
break block2;
}
if (($0 | 0) == (4 | 0)) {
$4_1 = $4_1 < 0 ? 0 : $4_1;
$5_1 = $5_1 < 0 ? 0 : $5_1;
$6_1 = $6_1 < 0 ? 0 : $6_1;
$3_1 = $3_1 < 0 ? 0 : $3_1;
}
}
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$2_1 >> 2] = $4_1;
HEAPF32[($2_1 + 4 | 0) >> 2] = $5_1;
HEAPF32[($2_1 + 8 | 0) >> 2] = $3_1;
HEAPF32[($2_1 + 12 | 0) >> 2] = $6_1;
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$2_1 >> 2] = $4_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($2_1 + 4 | 0) >> 2] = $5_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($2_1 + 8 | 0) >> 2] = $3_1
}
}
$1 = $1 - 4 | 0;
$2_1 = $2_1 + 16 | 0;
continue label;
}
break label;
};
}
function $3($0, $1, $2_1, $3_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
var $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0;
if (!$0) {
return
}
label : while (1) {
if (($1 | 0) > (0 | 0)) {
if (($1 | 0) >= (4 | 0)) {
$8_1 = HEAPF32[$3_1 >> 2];
$10_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
} else {
$4_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$8_1 = $4_1;
$10_1 = lane1;
$11_1 = lane2;
$12_1 = 0;
}
if (($1 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$2_1 >> 2];
$6_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$7_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$4_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
} else {
$4_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$5_1 = $4_1;
$6_1 = lane1;
$7_1 = 0;
$4_1 = lane2;
}
block2 : {
if (($0 | 0) == (1 | 0)) {
$5_1 = Math_fround(1 - Math_fround($5_1 * $5_1));
$6_1 = Math_fround(1 - Math_fround($6_1 * $6_1));
$9_1 = Math_fround(1 - Math_fround($7_1 * $7_1));
$4_1 = Math_fround(1 - Math_fround($4_1 * $4_1));
break block2;
}
if (($0 | 0) == (2 | 0)) {
$5_1 = Math_fround($5_1 * Math_fround(1 - $5_1));
$6_1 = Math_fround($6_1 * Math_fround(1 - $6_1));
$9_1 = Math_fround($7_1 * Math_fround(1 - $7_1));
$4_1 = Math_fround($4_1 * Math_fround(1 - $4_1));
break block2;
}
$13_1 = $5_1 > 0;
$14_1 = $6_1 > 0;
$15_1 = $4_1 > 0;
$16_1 = $7_1 > 0;
if (($0 | 0) == (3 | 0)) {
$5_1 = $5_1 < 1 & $13_1 | 0 ? 0.20000000298023224 : 0;
$6_1 = $6_1 < 1 & $14_1 | 0 ? 0.20000000298023224 : 0;
$9_1 = $7_1 < 1 & $16_1 | 0 ? 0.20000000298023224 : 0;
$4_1 = $4_1 < 1 & $15_1 | 0 ? 0.20000000298023224 : 0;
break block2;
}
if (($0 | 0) == (4 | 0)) {
$5_1 = $13_1 ? 1 : 0;
$6_1 = $14_1 ? 1 : 0;
$9_1 = $16_1 ? 1 : 0;
$4_1 = $15_1 ? 1 : 0;
break block2;
}
$5_1 = 1;
$6_1 = 1;
$9_1 = 1;
$4_1 = 1;
}
$8_1 = Math_fround($8_1 * $5_1);
$7_1 = Math_fround($10_1 * $6_1);
$4_1 = Math_fround($11_1 * $4_1);
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$3_1 >> 2] = $8_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $7_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $4_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = Math_fround($12_1 * $9_1);
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$3_1 >> 2] = $8_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($3_1 + 4 | 0) >> 2] = $7_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($3_1 + 8 | 0) >> 2] = $4_1
}
}
$1 = $1 - 4 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = $3_1 + 16 | 0;
continue label;
}
break label;
};
}
function $4($0, $1) {
var $2_1 = 0, $3_1 = 0, $4_1 = 0, $5_1 = 0, $6_1 = 0;
$2_1 = HEAPF32[$1 >> 2];
$4_1 = $2_1;
$5_1 = $2_1;
$6_1 = $2_1;
label : while (1) {
if (($0 | 0) >= (4 | 0)) {
$3_1 = HEAPF32[$1 >> 2];
$4_1 = $3_1 > $4_1 ? $3_1 : $4_1;
$3_1 = HEAPF32[($1 + 4 | 0) >> 2];
$2_1 = $2_1 < $3_1 ? $3_1 : $2_1;
$3_1 = HEAPF32[($1 + 8 | 0) >> 2];
$5_1 = $3_1 > $5_1 ? $3_1 : $5_1;
$3_1 = HEAPF32[($1 + 12 | 0) >> 2];
$6_1 = $3_1 > $6_1 ? $3_1 : $6_1;
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
continue label;
}
break label;
};
$2_1 = Math_fround(Math_max(Math_fround(Math_max($2_1, $4_1)), Math_fround(Math_max($5_1, $6_1))));
label1 : while (1) {
if (($0 | 0) > (0 | 0)) {
$2_1 = Math_fround(Math_max(HEAPF32[$1 >> 2], $2_1));
$0 = $0 - 1 | 0;
$1 = $1 + 4 | 0;
continue label1;
}
break label1;
};
return $2_1;
}
function $5($0, $1, $2_1) {
var $3_1 = 0, $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0;
label : while (1) {
if (($0 | 0) >= (4 | 0)) {
$15_1 = Math_fround(HEAPF32[$1 >> 2] - $2_1);
$3_1 = $15_1;
$3_1 = $3_1 > 88.37625885009766 ? 88.37625885009766 : $3_1;
$9_1 = $3_1 < (-87) ? (-87) : $3_1;
$12_1 = Math_fround(Math_fround($9_1 * 1.4426950216293335) + 12582912);
$21 = Math_fround($12_1 + (-12582912));
$16_1 = Math_fround(HEAPF32[($1 + 4 | 0) >> 2] - $2_1);
$3_1 = $16_1;
$3_1 = $3_1 > 88.37625885009766 ? 88.37625885009766 : $3_1;
$10_1 = $3_1 < (-87) ? (-87) : $3_1;
$13_1 = Math_fround(Math_fround($10_1 * 1.4426950216293335) + 12582912);
$22_1 = Math_fround($13_1 + (-12582912));
$11_1 = Math_fround(HEAPF32[($1 + 8 | 0) >> 2] - $2_1);
$3_1 = $11_1;
$3_1 = $3_1 > 88.37625885009766 ? 88.37625885009766 : $3_1;
$7_1 = $3_1 < (-87) ? (-87) : $3_1;
$8_1 = Math_fround(Math_fround($7_1 * 1.4426950216293335) + 12582912);
$23_1 = Math_fround($8_1 + (-12582912));
$17_1 = Math_fround(HEAPF32[($1 + 12 | 0) >> 2] - $2_1);
$3_1 = $17_1;
$3_1 = $3_1 > 88.37625885009766 ? 88.37625885009766 : $3_1;
$5_1 = $3_1 < (-87) ? (-87) : $3_1;
$3_1 = Math_fround(Math_fround($5_1 * 1.4426950216293335) + 12582912);
$14_1 = Math_fround($3_1 + (-12582912));
$9_1 = Math_fround(Math_fround($9_1 - Math_fround($21 * 0.693359375)) + Math_fround($21 * 0.00021219444170128554));
$12_1 = $15_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($9_1 * 0.00019875691214110702) + 0.001398199936375022) * $9_1) + 0.008333452045917511) * $9_1) + 0.04166579619050026) * $9_1) + 0.1666666567325592) * $9_1) + 0.5) * $9_1) * $9_1) + $9_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($12_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
HEAPF32[$1 >> 2] = $12_1;
$10_1 = Math_fround(Math_fround($10_1 - Math_fround($22_1 * 0.693359375)) + Math_fround($22_1 * 0.00021219444170128554));
$13_1 = $16_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($10_1 * 0.00019875691214110702) + 0.001398199936375022) * $10_1) + 0.008333452045917511) * $10_1) + 0.04166579619050026) * $10_1) + 0.1666666567325592) * $10_1) + 0.5) * $10_1) * $10_1) + $10_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($13_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
HEAPF32[($1 + 4 | 0) >> 2] = $13_1;
$7_1 = Math_fround(Math_fround($7_1 - Math_fround($23_1 * 0.693359375)) + Math_fround($23_1 * 0.00021219444170128554));
$8_1 = $11_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($7_1 * 0.00019875691214110702) + 0.001398199936375022) * $7_1) + 0.008333452045917511) * $7_1) + 0.04166579619050026) * $7_1) + 0.1666666567325592) * $7_1) + 0.5) * $7_1) * $7_1) + $7_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($8_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
HEAPF32[($1 + 8 | 0) >> 2] = $8_1;
$5_1 = Math_fround(Math_fround($5_1 - Math_fround($14_1 * 0.693359375)) + Math_fround($14_1 * 0.00021219444170128554));
$3_1 = $17_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($5_1 * 0.00019875691214110702) + 0.001398199936375022) * $5_1) + 0.008333452045917511) * $5_1) + 0.04166579619050026) * $5_1) + 0.1666666567325592) * $5_1) + 0.5) * $5_1) * $5_1) + $5_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($3_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
HEAPF32[($1 + 12 | 0) >> 2] = $3_1;
$6_1 = Math_fround($6_1 + $12_1);
$18_1 = Math_fround($18_1 + $13_1);
$4_1 = Math_fround($4_1 + $8_1);
$19_1 = Math_fround($19_1 + $3_1);
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
continue label;
}
break label;
};
$14_1 = Math_fround(Math_fround($6_1 + $18_1) + Math_fround($4_1 + $19_1));
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$6_1 = HEAPF32[$1 >> 2];
$19_1 = HEAPF32[($1 + 12 | 0) >> 2];
$3_1 = HEAPF32[($1 + 4 | 0) >> 2];
$4_1 = HEAPF32[($1 + 8 | 0) >> 2];
} else {
$4_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$6_1 = $4_1;
$19_1 = 0;
$3_1 = lane1;
$4_1 = lane2;
}
$10_1 = Math_fround($6_1 - $2_1);
$6_1 = $10_1;
$6_1 = $6_1 > 88.37625885009766 ? 88.37625885009766 : $6_1;
$11_1 = $6_1 < (-87) ? (-87) : $6_1;
$7_1 = Math_fround(Math_fround($11_1 * 1.4426950216293335) + 12582912);
$18_1 = Math_fround($7_1 + (-12582912));
$17_1 = Math_fround($3_1 - $2_1);
$6_1 = $17_1;
$6_1 = $6_1 > 88.37625885009766 ? 88.37625885009766 : $6_1;
$5_1 = $6_1 < (-87) ? (-87) : $6_1;
$12_1 = Math_fround(Math_fround($5_1 * 1.4426950216293335) + 12582912);
$15_1 = Math_fround($12_1 + (-12582912));
$13_1 = Math_fround($4_1 - $2_1);
$4_1 = $13_1;
$4_1 = $4_1 > 88.37625885009766 ? 88.37625885009766 : $4_1;
$8_1 = $4_1 < (-87) ? (-87) : $4_1;
$3_1 = Math_fround(Math_fround($8_1 * 1.4426950216293335) + 12582912);
$9_1 = Math_fround($3_1 + (-12582912));
$6_1 = Math_fround($19_1 - $2_1);
$2_1 = $6_1;
$2_1 = $2_1 > 88.37625885009766 ? 88.37625885009766 : $2_1;
$4_1 = $2_1 < (-87) ? (-87) : $2_1;
$2_1 = Math_fround(Math_fround($4_1 * 1.4426950216293335) + 12582912);
$16_1 = Math_fround($2_1 + (-12582912));
$11_1 = Math_fround(Math_fround($11_1 - Math_fround($18_1 * 0.693359375)) + Math_fround($18_1 * 0.00021219444170128554));
$7_1 = $10_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($11_1 * 0.00019875691214110702) + 0.001398199936375022) * $11_1) + 0.008333452045917511) * $11_1) + 0.04166579619050026) * $11_1) + 0.1666666567325592) * $11_1) + 0.5) * $11_1) * $11_1) + $11_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($7_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
$5_1 = Math_fround(Math_fround($5_1 - Math_fround($15_1 * 0.693359375)) + Math_fround($15_1 * 0.00021219444170128554));
$12_1 = $17_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($5_1 * 0.00019875691214110702) + 0.001398199936375022) * $5_1) + 0.008333452045917511) * $5_1) + 0.04166579619050026) * $5_1) + 0.1666666567325592) * $5_1) + 0.5) * $5_1) * $5_1) + $5_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($12_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
$8_1 = Math_fround(Math_fround($8_1 - Math_fround($9_1 * 0.693359375)) + Math_fround($9_1 * 0.00021219444170128554));
$3_1 = $13_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($8_1 * 0.00019875691214110702) + 0.001398199936375022) * $8_1) + 0.008333452045917511) * $8_1) + 0.04166579619050026) * $8_1) + 0.1666666567325592) * $8_1) + 0.5) * $8_1) * $8_1) + $8_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($3_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
$4_1 = Math_fround(Math_fround($4_1 - Math_fround($16_1 * 0.693359375)) + Math_fround($16_1 * 0.00021219444170128554));
$2_1 = $6_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($4_1 * 0.00019875691214110702) + 0.001398199936375022) * $4_1) + 0.008333452045917511) * $4_1) + 0.04166579619050026) * $4_1) + 0.1666666567325592) * $4_1) + 0.5) * $4_1) * $4_1) + $4_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($2_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$1 >> 2] = $7_1;
HEAPF32[($1 + 4 | 0) >> 2] = $12_1;
HEAPF32[($1 + 8 | 0) >> 2] = $3_1;
HEAPF32[($1 + 12 | 0) >> 2] = $2_1;
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$1 >> 2] = $7_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($1 + 4 | 0) >> 2] = $12_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($1 + 8 | 0) >> 2] = $3_1
}
}
label1 : while (1) {
if (($0 | 0) > ($20_1 | 0)) {
$14_1 = Math_fround($14_1 + HEAPF32[(($20_1 << 2 | 0) + $1 | 0) >> 2]);
$20_1 = $20_1 + 1 | 0;
continue label1;
}
break label1;
};
}
return $14_1;
}
function $6($0, $1, $2_1) {
var $3_1 = 0, $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$3_1 = HEAPF32[$1 >> 2];
$6_1 = HEAPF32[($1 + 8 | 0) >> 2];
$4_1 = HEAPF32[($1 + 4 | 0) >> 2];
$5_1 = HEAPF32[($1 + 12 | 0) >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$3_1 = $5_1;
$6_1 = lane2;
$4_1 = lane1;
$5_1 = 0;
}
$7_1 = Math_fround($3_1 * $2_1);
$4_1 = Math_fround($4_1 * $2_1);
$3_1 = Math_fround($6_1 * $2_1);
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$1 >> 2] = $7_1;
HEAPF32[($1 + 4 | 0) >> 2] = $4_1;
HEAPF32[($1 + 8 | 0) >> 2] = $3_1;
HEAPF32[($1 + 12 | 0) >> 2] = Math_fround($5_1 * $2_1);
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$1 >> 2] = $7_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($1 + 4 | 0) >> 2] = $4_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($1 + 8 | 0) >> 2] = $3_1
}
}
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
continue label;
}
break label;
};
}
function $7($0, $1) {
$0 = $0 | 0;
$1 = $1 | 0;
var $2_1 = 0;
$2_1 = $5($0, $1, $4($0, $1));
$6($0, $1, Math_fround(1 / $2_1));
return Math_fround($2_1);
}
function $8($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
var $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0;
label : while (1) {
if (($0 << 2 | 0) >>> 0 > $7_1 >>> 0) {
$9_1 = (HEAP32[($3_1 + $7_1 | 0) >> 2] << 2 | 0) + $2_1 | 0;
$10_1 = HEAPF32[($4_1 + $7_1 | 0) >> 2];
$8_1 = $4($1, $2_1);
HEAPF32[($6_1 + $7_1 | 0) >> 2] = Math_fround($8_1 - HEAPF32[$9_1 >> 2]);
$8_1 = $5($1, $2_1, $8_1);
HEAPF32[($5_1 + $7_1 | 0) >> 2] = $8_1;
$6($1, $2_1, Math_fround($10_1 / $8_1));
HEAPF32[$9_1 >> 2] = Math_fround(HEAPF32[$9_1 >> 2] - $10_1);
$7_1 = $7_1 + 4 | 0;
$2_1 = ($1 << 2 | 0) + $2_1 | 0;
continue label;
}
break label;
};
}
function $9($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0;
$9_1 = Math_fround(-Infinity);
label : while (1) {
if (($0 | 0) > ($6_1 | 0)) {
$5_1 = $6_1 + 4 | 0;
if (($2_1 | 0) == ($8_1 | 0) & ($5_1 | 0) <= ($0 | 0) | 0) {
$7_1 = ($6_1 << 2 | 0) + $1 | 0;
if (!(HEAPF32[($7_1 + 8 | 0) >> 2] > $9_1 | (HEAPF32[$7_1 >> 2] > $9_1 | HEAPF32[($7_1 + 4 | 0) >> 2] > $9_1 | 0) | 0 | HEAPF32[($7_1 + 12 | 0) >> 2] > $9_1 | 0)) {
$6_1 = $5_1;
continue label;
}
}
$5_1 = $6_1 + 4 | 0;
$12_1 = ($0 | 0) > ($5_1 | 0) ? $5_1 : $0;
label2 : while (1) {
if (($6_1 | 0) < ($12_1 | 0)) {
$10_1 = HEAPF32[(($6_1 << 2 | 0) + $1 | 0) >> 2];
block : {
if ($10_1 != $10_1) {
break block
}
if (($2_1 | 0) == ($8_1 | 0)) {
$5_1 = HEAPF32[((($2_1 - 1 | 0) << 2 | 0) + $3_1 | 0) >> 2] < $10_1
} else {
$5_1 = 1
}
if (!$5_1) {
break block
}
if (($2_1 | 0) > ($8_1 | 0)) {
$5_1 = $8_1;
$8_1 = $5_1 + 1 | 0;
} else {
$5_1 = $2_1 - 1 | 0
}
label1 : while (1) {
if (($5_1 | 0) > (0 | 0)) {
$7_1 = $5_1 - 1 | 0;
$11_1 = $7_1 << 2 | 0;
if (HEAPF32[($11_1 + $3_1 | 0) >> 2] < $10_1) {
$5_1 = $3_1 + $11_1 | 0;
HEAPF32[($5_1 + 4 | 0) >> 2] = HEAPF32[$5_1 >> 2];
$5_1 = $4_1 + $11_1 | 0;
HEAP32[($5_1 + 4 | 0) >> 2] = HEAP32[$5_1 >> 2];
$5_1 = $7_1;
continue label1;
}
}
break label1;
};
$5_1 = $5_1 << 2 | 0;
HEAPF32[($5_1 + $3_1 | 0) >> 2] = $10_1;
HEAP32[($4_1 + $5_1 | 0) >> 2] = $6_1;
}
$6_1 = $6_1 + 1 | 0;
continue label2;
}
break label2;
};
if (($2_1 | 0) == ($8_1 | 0)) {
$9_1 = HEAPF32[((($2_1 - 1 | 0) << 2 | 0) + $3_1 | 0) >> 2]
}
continue label;
}
break label;
};
return $8_1 | 0;
}
function $10($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = Math_fround($5_1);
$6_1 = Math_fround($6_1);
$7_1 = Math_fround($7_1);
$8_1 = Math_fround($8_1);
$9_1 = Math_fround($9_1);
$10_1 = Math_fround($10_1);
$11_1 = Math_fround($11_1);
var $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0;
$20_1 = $5_1;
$17_1 = $7_1;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$7_1 = HEAPF32[$2_1 >> 2];
$12_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$14_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$5_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$7_1 = $5_1;
$12_1 = lane2;
$14_1 = lane1;
$5_1 = 0;
}
$13_1 = Math_fround($6_1 * $7_1);
$14_1 = Math_fround($6_1 * $14_1);
$18_1 = Math_fround($6_1 * $12_1);
$19_1 = Math_fround($6_1 * $5_1);
if (($0 | 0) >= (4 | 0)) {
$7_1 = HEAPF32[$3_1 >> 2];
$12_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$5_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$7_1 = $5_1;
$12_1 = lane2;
$16_1 = lane1;
$5_1 = 0;
}
$15_1 = Math_fround($17_1 * $7_1);
$7_1 = Math_fround(1 - $17_1);
$21 = Math_fround($15_1 + Math_fround($7_1 * $13_1));
$16_1 = Math_fround(Math_fround($17_1 * $16_1) + Math_fround($7_1 * $14_1));
$22_1 = Math_fround(Math_fround($17_1 * $12_1) + Math_fround($7_1 * $18_1));
$23_1 = Math_fround(Math_fround($17_1 * $5_1) + Math_fround($7_1 * $19_1));
$15_1 = Math_fround($13_1 * $13_1);
if (($0 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$4_1 >> 2];
$13_1 = HEAPF32[($4_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($4_1 + 4 | 0) >> 2];
$7_1 = HEAPF32[($4_1 + 12 | 0) >> 2];
} else {
$7_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$4_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($4_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($4_1 + 8 | 0) >> 2] : 0;
$5_1 = $7_1;
$13_1 = lane2;
$12_1 = lane1;
$7_1 = 0;
}
$24_1 = Math_fround($8_1 * $5_1);
$5_1 = Math_fround(1 - $8_1);
$15_1 = Math_fround($24_1 + Math_fround($5_1 * $15_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$3_1 >> 2] = $21;
HEAPF32[($3_1 + 4 | 0) >> 2] = $16_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $22_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $23_1;
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$3_1 >> 2] = $21
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($3_1 + 4 | 0) >> 2] = $16_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($3_1 + 8 | 0) >> 2] = $22_1
}
}
$12_1 = Math_fround(Math_fround($8_1 * $12_1) + Math_fround($5_1 * Math_fround($14_1 * $14_1)));
$13_1 = Math_fround(Math_fround($8_1 * $13_1) + Math_fround($5_1 * Math_fround($18_1 * $18_1)));
$14_1 = Math_fround(Math_fround($8_1 * $7_1) + Math_fround($5_1 * Math_fround($19_1 * $19_1)));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$4_1 >> 2] = $15_1;
HEAPF32[($4_1 + 4 | 0) >> 2] = $12_1;
HEAPF32[($4_1 + 8 | 0) >> 2] = $13_1;
HEAPF32[($4_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$4_1 >> 2] = $15_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($4_1 + 4 | 0) >> 2] = $12_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($4_1 + 8 | 0) >> 2] = $13_1
}
}
$18_1 = Math_fround(Math_fround(Math_sqrt(Math_fround($15_1 * $10_1))) + $11_1);
$19_1 = Math_fround(Math_fround(Math_sqrt(Math_fround($12_1 * $10_1))) + $11_1);
$15_1 = Math_fround(Math_fround(Math_sqrt(Math_fround($13_1 * $10_1))) + $11_1);
if (($0 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$1 >> 2];
$13_1 = HEAPF32[($1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($1 + 4 | 0) >> 2];
$7_1 = HEAPF32[($1 + 12 | 0) >> 2];
} else {
$7_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$5_1 = $7_1;
$13_1 = lane2;
$12_1 = lane1;
$7_1 = 0;
}
$5_1 = Math_fround($5_1 - Math_fround($20_1 * Math_fround(Math_fround($21 * $9_1) / $18_1)));
$12_1 = Math_fround($12_1 - Math_fround($20_1 * Math_fround(Math_fround($16_1 * $9_1) / $19_1)));
$13_1 = Math_fround($13_1 - Math_fround($20_1 * Math_fround(Math_fround($22_1 * $9_1) / $15_1)));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$1 >> 2] = $5_1;
HEAPF32[($1 + 4 | 0) >> 2] = $12_1;
HEAPF32[($1 + 8 | 0) >> 2] = $13_1;
HEAPF32[($1 + 12 | 0) >> 2] = Math_fround($7_1 - Math_fround($20_1 * Math_fround(Math_fround($23_1 * $9_1) / Math_fround(Math_fround(Math_sqrt(Math_fround($14_1 * $10_1))) + $11_1))));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$1 >> 2] = $5_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($1 + 4 | 0) >> 2] = $12_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($1 + 8 | 0) >> 2] = $13_1
}
}
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = $3_1 + 16 | 0;
$4_1 = $4_1 + 16 | 0;
continue label;
}
break label;
};
}
function $11($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = Math_fround($4_1);
$5_1 = Math_fround($5_1);
$6_1 = Math_fround($6_1);
$7_1 = $7_1 | 0;
var $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0;
$15_1 = $4_1;
$10_1 = $6_1;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$6_1 = HEAPF32[$2_1 >> 2];
$9_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$4_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
} else {
$8_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$6_1 = $8_1;
$9_1 = 0;
$8_1 = lane1;
$4_1 = lane2;
}
$12_1 = Math_fround($5_1 * $6_1);
$11_1 = Math_fround($5_1 * $8_1);
$13_1 = Math_fround($5_1 * $4_1);
$14_1 = Math_fround($5_1 * $9_1);
if (($0 | 0) >= (4 | 0)) {
$6_1 = HEAPF32[$3_1 >> 2];
$9_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$4_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
} else {
$8_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$6_1 = $8_1;
$9_1 = 0;
$8_1 = lane1;
$4_1 = lane2;
}
$6_1 = Math_fround(Math_fround($10_1 * $6_1) + $12_1);
$8_1 = Math_fround(Math_fround($10_1 * $8_1) + $11_1);
$4_1 = Math_fround(Math_fround($10_1 * $4_1) + $13_1);
$9_1 = Math_fround(Math_fround($10_1 * $9_1) + $14_1);
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$3_1 >> 2] = $6_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $8_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $4_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $9_1;
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$3_1 >> 2] = $6_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($3_1 + 4 | 0) >> 2] = $8_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($3_1 + 8 | 0) >> 2] = $4_1
}
}
if ($7_1) {
$6_1 = Math_fround($12_1 + Math_fround($10_1 * $6_1));
$8_1 = Math_fround($11_1 + Math_fround($10_1 * $8_1));
$9_1 = Math_fround($14_1 + Math_fround($10_1 * $9_1));
$4_1 = Math_fround($13_1 + Math_fround($10_1 * $4_1));
}
if (($0 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$1 >> 2];
$13_1 = HEAPF32[($1 + 8 | 0) >> 2];
$14_1 = HEAPF32[($1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($1 + 12 | 0) >> 2];
} else {
$11_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$12_1 = $11_1;
$13_1 = lane2;
$14_1 = lane1;
$11_1 = 0;
}
$6_1 = Math_fround($12_1 - Math_fround($15_1 * $6_1));
$8_1 = Math_fround($14_1 - Math_fround($15_1 * $8_1));
$4_1 = Math_fround($13_1 - Math_fround($15_1 * $4_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$1 >> 2] = $6_1;
HEAPF32[($1 + 4 | 0) >> 2] = $8_1;
HEAPF32[($1 + 8 | 0) >> 2] = $4_1;
HEAPF32[($1 + 12 | 0) >> 2] = Math_fround($11_1 - Math_fround($15_1 * $9_1));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$1 >> 2] = $6_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($1 + 4 | 0) >> 2] = $8_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($1 + 8 | 0) >> 2] = $4_1
}
}
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = $3_1 + 16 | 0;
continue label;
}
break label;
};
}
function $12($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = Math_fround($4_1);
$5_1 = Math_fround($5_1);
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$8_1 = HEAPF32[$1 >> 2];
$12_1 = HEAPF32[($1 + 8 | 0) >> 2];
$13_1 = HEAPF32[($1 + 12 | 0) >> 2];
$9_1 = HEAPF32[($1 + 4 | 0) >> 2];
} else {
$6_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$8_1 = $6_1;
$12_1 = lane2;
$13_1 = 0;
$9_1 = lane1;
}
if (($0 | 0) >= (4 | 0)) {
$7_1 = HEAPF32[$2_1 >> 2];
$10_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
} else {
$6_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$7_1 = $6_1;
$10_1 = lane2;
$11_1 = lane1;
$6_1 = 0;
}
$14_1 = Math_fround($8_1 - $7_1);
$15_1 = Math_fround($9_1 - $11_1);
$16_1 = Math_fround($12_1 - $10_1);
$17_1 = Math_fround($13_1 - $6_1);
if (($0 | 0) >= (4 | 0)) {
$7_1 = HEAPF32[$3_1 >> 2];
$10_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
} else {
$6_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$7_1 = $6_1;
$10_1 = lane2;
$11_1 = lane1;
$6_1 = 0;
}
$7_1 = Math_fround($8_1 - Math_fround($4_1 * Math_fround($7_1 + Math_fround($5_1 * $14_1))));
$8_1 = Math_fround($9_1 - Math_fround($4_1 * Math_fround($11_1 + Math_fround($5_1 * $15_1))));
$9_1 = Math_fround($12_1 - Math_fround($4_1 * Math_fround($10_1 + Math_fround($5_1 * $16_1))));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$1 >> 2] = $7_1;
HEAPF32[($1 + 4 | 0) >> 2] = $8_1;
HEAPF32[($1 + 8 | 0) >> 2] = $9_1;
HEAPF32[($1 + 12 | 0) >> 2] = Math_fround($13_1 - Math_fround($4_1 * Math_fround($6_1 + Math_fround($5_1 * $17_1))));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$1 >> 2] = $7_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($1 + 4 | 0) >> 2] = $8_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($1 + 8 | 0) >> 2] = $9_1
}
}
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = $3_1 + 16 | 0;
continue label;
}
break label;
};
}
function $13($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = Math_fround($4_1);
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$8_1 = HEAPF32[$1 >> 2];
$9_1 = HEAPF32[($1 + 4 | 0) >> 2];
$10_1 = HEAPF32[($1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($1 + 12 | 0) >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$8_1 = $5_1;
$9_1 = lane1;
$10_1 = lane2;
$11_1 = 0;
}
if (($0 | 0) >= (4 | 0)) {
$6_1 = HEAPF32[$2_1 >> 2];
$7_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$12_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$5_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$6_1 = $5_1;
$7_1 = lane1;
$12_1 = 0;
$5_1 = lane2;
}
$13_1 = Math_fround($8_1 - $6_1);
$9_1 = Math_fround($9_1 - $7_1);
$10_1 = Math_fround($10_1 - $5_1);
if (($0 | 0) >= (4 | 0)) {
$6_1 = HEAPF32[$3_1 >> 2];
$7_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
$5_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$6_1 = $5_1;
$7_1 = lane1;
$8_1 = 0;
$5_1 = lane2;
}
$6_1 = Math_fround($6_1 + Math_fround($4_1 * $13_1));
$7_1 = Math_fround($7_1 + Math_fround($4_1 * $9_1));
$5_1 = Math_fround($5_1 + Math_fround($4_1 * $10_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$3_1 >> 2] = $6_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $7_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $5_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = Math_fround($8_1 + Math_fround($4_1 * Math_fround($11_1 - $12_1)));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$3_1 >> 2] = $6_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($3_1 + 4 | 0) >> 2] = $7_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($3_1 + 8 | 0) >> 2] = $5_1
}
}
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = $3_1 + 16 | 0;
continue label;
}
break label;
};
}
function $14($0, $1, $2_1, $3_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = Math_fround($3_1);
var $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$1 >> 2];
$9_1 = HEAPF32[($1 + 8 | 0) >> 2];
$4_1 = HEAPF32[($1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($1 + 12 | 0) >> 2];
} else {
$6_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$5_1 = $6_1;
$9_1 = lane2;
$4_1 = lane1;
$6_1 = 0;
}
$7_1 = $4_1;
if (($0 | 0) >= (4 | 0)) {
$4_1 = HEAPF32[$2_1 >> 2];
$10_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
} else {
$8_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$4_1 = $8_1;
$10_1 = lane2;
$11_1 = lane1;
$8_1 = 0;
}
$5_1 = Math_fround($5_1 - Math_fround($3_1 * $4_1));
$4_1 = Math_fround($7_1 - Math_fround($3_1 * $11_1));
$7_1 = Math_fround($9_1 - Math_fround($3_1 * $10_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$1 >> 2] = $5_1;
HEAPF32[($1 + 4 | 0) >> 2] = $4_1;
HEAPF32[($1 + 8 | 0) >> 2] = $7_1;
HEAPF32[($1 + 12 | 0) >> 2] = Math_fround($6_1 - Math_fround($3_1 * $8_1));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$1 >> 2] = $5_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($1 + 4 | 0) >> 2] = $4_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($1 + 8 | 0) >> 2] = $7_1
}
}
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
$2_1 = $2_1 + 16 | 0;
continue label;
}
break label;
};
}
function $15($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = Math_fround($5_1);
var $6_1 = 0, $7_1 = 0;
$7_1 = $1 << 2 | 0;
label : while (1) {
if (($0 | 0) > ($6_1 | 0)) {
$14($1, Math_imul(HEAP32[(($6_1 << 2 | 0) + $2_1 | 0) >> 2], $7_1) + $3_1 | 0, $4_1, $5_1);
$6_1 = $6_1 + 1 | 0;
$4_1 = $4_1 + $7_1 | 0;
continue label;
}
break label;
};
}
function $16($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = Math_fround($2_1);
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0;
$11_1 = Math_fround(1 / Math_fround(1 - $2_1));
$12_1 = ~~(+$2_1 * 4294967296.0) >>> 0;
$13_1 = 1;
$14_1 = 2;
$15_1 = 3;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
$5_1 = Math_imul($16_1, -1640531527) ^ $1 | 0;
$5_1 = Math_imul(($5_1 >>> 16 | 0) ^ $5_1 | 0, 2146121005);
$5_1 = Math_imul(($5_1 >>> 15 | 0) ^ $5_1 | 0, -2073254261);
$5_1 = ($5_1 >>> 16 | 0) ^ $5_1 | 0;
$6_1 = Math_imul($13_1, -1640531527) ^ $1 | 0;
$6_1 = Math_imul(($6_1 >>> 16 | 0) ^ $6_1 | 0, 2146121005);
$6_1 = Math_imul(($6_1 >>> 15 | 0) ^ $6_1 | 0, -2073254261);
$6_1 = ($6_1 >>> 16 | 0) ^ $6_1 | 0;
$7_1 = Math_imul($14_1, -1640531527) ^ $1 | 0;
$7_1 = Math_imul(($7_1 >>> 16 | 0) ^ $7_1 | 0, 2146121005);
$7_1 = Math_imul(($7_1 >>> 15 | 0) ^ $7_1 | 0, -2073254261);
$7_1 = ($7_1 >>> 16 | 0) ^ $7_1 | 0;
$8_1 = Math_imul($15_1, -1640531527) ^ $1 | 0;
$8_1 = Math_imul(($8_1 >>> 16 | 0) ^ $8_1 | 0, 2146121005);
$8_1 = Math_imul(($8_1 >>> 15 | 0) ^ $8_1 | 0, -2073254261);
$8_1 = ($8_1 >>> 16 | 0) ^ $8_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$9_1 = HEAPF32[$3_1 >> 2];
$10_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
$2_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
} else {
$2_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$9_1 = $2_1;
$10_1 = lane1;
$17_1 = 0;
$2_1 = lane2;
}
$9_1 = Math_fround($9_1 * ($5_1 >>> 0 < $12_1 >>> 0 ? 0 : $11_1));
$10_1 = Math_fround($10_1 * ($6_1 >>> 0 < $12_1 >>> 0 ? 0 : $11_1));
$2_1 = Math_fround($2_1 * ($7_1 >>> 0 < $12_1 >>> 0 ? 0 : $11_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$4_1 >> 2] = $9_1;
HEAPF32[($4_1 + 4 | 0) >> 2] = $10_1;
HEAPF32[($4_1 + 8 | 0) >> 2] = $2_1;
HEAPF32[($4_1 + 12 | 0) >> 2] = Math_fround($17_1 * ($8_1 >>> 0 < $12_1 >>> 0 ? 0 : $11_1));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$4_1 >> 2] = $9_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($4_1 + 4 | 0) >> 2] = $10_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($4_1 + 8 | 0) >> 2] = $2_1
}
}
$16_1 = $16_1 + 4 | 0;
$13_1 = $13_1 + 4 | 0;
$14_1 = $14_1 + 4 | 0;
$15_1 = $15_1 + 4 | 0;
$0 = $0 - 4 | 0;
$3_1 = $3_1 + 16 | 0;
$4_1 = $4_1 + 16 | 0;
continue label;
}
break label;
};
}
function $17($0, $1, $2_1, $3_1, $4_1, $5_1) {
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0;
if (!($4_1 ? $5_1 : 1)) {
return
}
label1 : while (1) {
if (($0 | 0) > ($15_1 | 0)) {
$9_1 = 0;
label : while (1) {
if (($1 | 0) > ($9_1 | 0)) {
$8_1 = $9_1 << 2 | 0;
if ($5_1) {
$6_1 = $5_1 + $8_1 | 0;
$7_1 = $1 - $9_1 | 0;
if (($7_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$6_1 >> 2];
$11_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$13_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
} else {
$10_1 = ($7_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($7_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($7_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$13_1 = 0;
$12_1 = lane1;
}
} else {
$10_1 = 0;
$11_1 = 0;
$13_1 = 0;
$12_1 = 0;
}
if ($4_1) {
$6_1 = $2_1 + $8_1 | 0;
$7_1 = $1 - $9_1 | 0;
if (($7_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$6_1 >> 2];
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$17_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$18_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
} else {
$14_1 = ($7_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($7_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($7_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$16_1 = $14_1;
$14_1 = lane2;
$17_1 = 0;
$18_1 = lane1;
}
$12_1 = Math_fround($12_1 + $18_1);
$10_1 = Math_fround($10_1 + $16_1);
$11_1 = Math_fround($11_1 + $14_1);
$13_1 = Math_fround($13_1 + $17_1);
}
$8_1 = $2_1 + $8_1 | 0;
$7_1 = $1 - $9_1 | 0;
if (($7_1 | 0) >= (4 | 0)) {
HEAPF32[$8_1 >> 2] = $10_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $12_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $13_1;
} else {
if (($7_1 | 0) > (0 | 0)) {
HEAPF32[$8_1 >> 2] = $10_1
}
if (($7_1 | 0) > (1 | 0)) {
HEAPF32[($8_1 + 4 | 0) >> 2] = $12_1
}
if (($7_1 | 0) > (2 | 0)) {
HEAPF32[($8_1 + 8 | 0) >> 2] = $11_1
}
}
$9_1 = $9_1 + 4 | 0;
continue label;
}
break label;
};
$15_1 = $15_1 + 1 | 0;
$2_1 = $2_1 + $3_1 | 0;
continue label1;
}
break label1;
};
}
function $18($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1) {
var $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0;
$31_1 = $1 << 5 | 0;
label2 : while (1) {
if (($0 | 0) > ($27_1 | 0)) {
$13_1 = $0 - $27_1 | 0;
$34_1 = ($13_1 | 0) > (8 | 0) ? $3_1 + $31_1 | 0 : $3_1;
$19_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($19_1 | 0)) {
$9_1 = 0;
$10_1 = 0;
$11_1 = 0;
$14_1 = 0;
$20_1 = 0;
$21 = 0;
$12_1 = 0;
$26_1 = 0;
$22_1 = 0;
$23_1 = 0;
$17_1 = 0;
$28_1 = 0;
$24_1 = 0;
$25_1 = 0;
$18_1 = 0;
$29_1 = 0;
if (!($6_1 ? $19_1 : 1)) {
$8_1 = ($27_1 << 2 | 0) + $6_1 | 0;
$7_1 = $8_1;
if (($13_1 | 0) >= (4 | 0)) {
$9_1 = HEAPF32[$7_1 >> 2];
$10_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$14_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
} else {
$9_1 = ($13_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($13_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($13_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$10_1 = lane1;
$11_1 = lane2;
$14_1 = 0;
}
$7_1 = $8_1 + 16 | 0;
$16_1 = $13_1 - 4 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$20_1 = HEAPF32[$7_1 >> 2];
$21 = HEAPF32[($7_1 + 4 | 0) >> 2];
$26_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$12_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$20_1 = $12_1;
$21 = lane1;
$12_1 = lane2;
}
$7_1 = $8_1 + 32 | 0;
$16_1 = $13_1 - 8 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$22_1 = HEAPF32[$7_1 >> 2];
$23_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$28_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$17_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$17_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$22_1 = $17_1;
$23_1 = lane1;
$17_1 = lane2;
}
$7_1 = $8_1 + 48 | 0;
$8_1 = $13_1 - 12 | 0;
if (($8_1 | 0) >= (4 | 0)) {
$24_1 = HEAPF32[$7_1 >> 2];
$25_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$29_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$18_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$18_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$24_1 = $18_1;
$25_1 = lane1;
$18_1 = lane2;
}
}
$16_1 = ($19_1 << 2 | 0) + $2_1 | 0;
$8_1 = $19_1 << 5 | 0;
$7_1 = $19_1 + 256 | 0;
$35_1 = (($1 | 0) < ($7_1 | 0) ? $1 : $7_1) << 5 | 0;
label : while (1) {
if ($8_1 >>> 0 < $35_1 >>> 0) {
$15_1 = HEAPF32[$16_1 >> 2];
$7_1 = $3_1 + $8_1 | 0;
$9_1 = Math_fround($9_1 + Math_fround($15_1 * HEAPF32[$7_1 >> 2]));
$10_1 = Math_fround($10_1 + Math_fround($15_1 * HEAPF32[($7_1 + 4 | 0) >> 2]));
$11_1 = Math_fround($11_1 + Math_fround($15_1 * HEAPF32[($7_1 + 8 | 0) >> 2]));
$14_1 = Math_fround($14_1 + Math_fround($15_1 * HEAPF32[($7_1 + 12 | 0) >> 2]));
$20_1 = Math_fround($20_1 + Math_fround($15_1 * HEAPF32[($7_1 + 16 | 0) >> 2]));
$21 = Math_fround($21 + Math_fround($15_1 * HEAPF32[($7_1 + 20 | 0) >> 2]));
$12_1 = Math_fround($12_1 + Math_fround($15_1 * HEAPF32[($7_1 + 24 | 0) >> 2]));
$26_1 = Math_fround($26_1 + Math_fround($15_1 * HEAPF32[($7_1 + 28 | 0) >> 2]));
$7_1 = $8_1 + $34_1 | 0;
$22_1 = Math_fround($22_1 + Math_fround($15_1 * HEAPF32[$7_1 >> 2]));
$23_1 = Math_fround($23_1 + Math_fround($15_1 * HEAPF32[($7_1 + 4 | 0) >> 2]));
$17_1 = Math_fround($17_1 + Math_fround($15_1 * HEAPF32[($7_1 + 8 | 0) >> 2]));
$28_1 = Math_fround($28_1 + Math_fround($15_1 * HEAPF32[($7_1 + 12 | 0) >> 2]));
$24_1 = Math_fround($24_1 + Math_fround($15_1 * HEAPF32[($7_1 + 16 | 0) >> 2]));
$25_1 = Math_fround($25_1 + Math_fround($15_1 * HEAPF32[($7_1 + 20 | 0) >> 2]));
$18_1 = Math_fround($18_1 + Math_fround($15_1 * HEAPF32[($7_1 + 24 | 0) >> 2]));
$29_1 = Math_fround($29_1 + Math_fround($15_1 * HEAPF32[($7_1 + 28 | 0) >> 2]));
$8_1 = $8_1 + 32 | 0;
$16_1 = $16_1 + 4 | 0;
continue label;
}
break label;
};
$16_1 = $5_1 ? $5_1 : ($19_1 | 0) > (0 | 0);
if ($16_1) {
if (($13_1 | 0) >= (4 | 0)) {
$15_1 = HEAPF32[$4_1 >> 2];
$32_1 = HEAPF32[($4_1 + 4 | 0) >> 2];
$33_1 = HEAPF32[($4_1 + 12 | 0) >> 2];
$30_1 = HEAPF32[($4_1 + 8 | 0) >> 2];
} else {
$30_1 = ($13_1 | 0) > (0 | 0) ? HEAPF32[$4_1 >> 2] : 0;
lane1 = ($13_1 | 0) > (1 | 0) ? HEAPF32[($4_1 + 4 | 0) >> 2] : 0;
lane2 = ($13_1 | 0) > (2 | 0) ? HEAPF32[($4_1 + 8 | 0) >> 2] : 0;
$15_1 = $30_1;
$32_1 = lane1;
$33_1 = 0;
$30_1 = lane2;
}
$9_1 = Math_fround($9_1 + $15_1);
$11_1 = Math_fround($11_1 + $30_1);
$10_1 = Math_fround($10_1 + $32_1);
$14_1 = Math_fround($14_1 + $33_1);
}
if (($13_1 | 0) >= (4 | 0)) {
HEAPF32[$4_1 >> 2] = $9_1;
HEAPF32[($4_1 + 4 | 0) >> 2] = $10_1;
HEAPF32[($4_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($4_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($13_1 | 0) > (0 | 0)) {
HEAPF32[$4_1 >> 2] = $9_1
}
if (($13_1 | 0) > (1 | 0)) {
HEAPF32[($4_1 + 4 | 0) >> 2] = $10_1
}
if (($13_1 | 0) > (2 | 0)) {
HEAPF32[($4_1 + 8 | 0) >> 2] = $11_1
}
}
$9_1 = $20_1;
$10_1 = $21;
$11_1 = $12_1;
$14_1 = $26_1;
$8_1 = $13_1 - 4 | 0;
$7_1 = $4_1 + 16 | 0;
if ($16_1) {
if (($8_1 | 0) >= (4 | 0)) {
$20_1 = HEAPF32[$7_1 >> 2];
$21 = HEAPF32[($7_1 + 4 | 0) >> 2];
$26_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$12_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$20_1 = $12_1;
$21 = lane1;
$26_1 = 0;
$12_1 = lane2;
}
$9_1 = Math_fround($9_1 + $20_1);
$11_1 = Math_fround($11_1 + $12_1);
$10_1 = Math_fround($10_1 + $21);
$14_1 = Math_fround($14_1 + $26_1);
}
if (($8_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $9_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $10_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($8_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $9_1
}
if (($8_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $10_1
}
if (($8_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $11_1
}
}
$9_1 = $22_1;
$10_1 = $23_1;
$11_1 = $17_1;
$14_1 = $28_1;
$8_1 = $13_1 - 8 | 0;
$7_1 = $4_1 + 32 | 0;
if ($16_1) {
if (($8_1 | 0) >= (4 | 0)) {
$22_1 = HEAPF32[$7_1 >> 2];
$23_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
} else {
$12_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$22_1 = $12_1;
$23_1 = lane1;
$17_1 = lane2;
$12_1 = 0;
}
$9_1 = Math_fround($9_1 + $22_1);
$11_1 = Math_fround($11_1 + $17_1);
$10_1 = Math_fround($10_1 + $23_1);
$14_1 = Math_fround($14_1 + $12_1);
}
if (($8_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $9_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $10_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($8_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $9_1
}
if (($8_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $10_1
}
if (($8_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $11_1
}
}
$9_1 = $24_1;
$10_1 = $25_1;
$11_1 = $18_1;
$14_1 = $29_1;
$8_1 = $13_1 - 12 | 0;
$7_1 = $4_1 + 48 | 0;
if ($16_1) {
if (($8_1 | 0) >= (4 | 0)) {
$24_1 = HEAPF32[$7_1 >> 2];
$25_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$18_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
} else {
$12_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$24_1 = $12_1;
$25_1 = lane1;
$18_1 = lane2;
$12_1 = 0;
}
$9_1 = Math_fround($9_1 + $24_1);
$11_1 = Math_fround($11_1 + $18_1);
$10_1 = Math_fround($10_1 + $25_1);
$14_1 = Math_fround($14_1 + $12_1);
}
if (($8_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $9_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $10_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($8_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $9_1
}
if (($8_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $10_1
}
if (($8_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $11_1
}
}
$19_1 = $19_1 + 256 | 0;
continue label1;
}
break label1;
};
$27_1 = $27_1 + 16 | 0;
$3_1 = ($31_1 << 1 | 0) + $3_1 | 0;
$4_1 = $4_1 - -64 | 0;
continue label2;
}
break label2;
};
}
function $19($0, $1, $2_1, $3_1, $4_1, $5_1) {
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0;
$8_1 = ($0 | 0) > (0 | 0) ? -1 : 0;
$9_1 = ($0 | 0) > (1 | 0) ? -1 : 0;
$10_1 = ($0 | 0) > (2 | 0) ? -1 : 0;
$11_1 = ($0 | 0) > (3 | 0) ? -1 : 0;
if (($0 | 0) <= (0 | 0)) {
$0 = 0;
label : while (1) {
if (($0 | 0) < ($1 | 0)) {
HEAPF32[$4_1 >> 2] = 0;
HEAPF32[($4_1 + 4 | 0) >> 2] = 0;
HEAPF32[($4_1 + 8 | 0) >> 2] = 0;
HEAPF32[($4_1 + 12 | 0) >> 2] = 0;
$0 = $0 + 1 | 0;
$4_1 = $4_1 + $5_1 | 0;
continue label;
}
break label;
};
return;
}
$14_1 = ($0 | 0) > (1 | 0) ? $2_1 + $3_1 | 0 : $2_1;
$15_1 = ($0 | 0) > (2 | 0) ? $14_1 + $3_1 | 0 : $2_1;
$16_1 = ($0 | 0) > (3 | 0) ? $15_1 + $3_1 | 0 : $2_1;
$3_1 = 0;
$0 = 0;
label1 : while (1) {
$12_1 = $3_1 + 4 | 0;
if (($12_1 | 0) <= ($1 | 0)) {
$6_1 = $0 + $14_1 | 0;
$17_1 = HEAP32[$6_1 >> 2];
$7_1 = $0 + $15_1 | 0;
$18_1 = HEAP32[$7_1 >> 2];
$3_1 = $0 + $16_1 | 0;
$19_1 = HEAP32[$3_1 >> 2];
$13_1 = $0 + $2_1 | 0;
$20_1 = HEAP32[($13_1 + 8 | 0) >> 2];
$21 = HEAP32[($13_1 + 12 | 0) >> 2];
$22_1 = HEAP32[($6_1 + 8 | 0) >> 2];
$23_1 = HEAP32[($6_1 + 12 | 0) >> 2];
$24_1 = HEAP32[($13_1 + 4 | 0) >> 2];
$25_1 = HEAP32[($6_1 + 4 | 0) >> 2];
$26_1 = HEAP32[($7_1 + 8 | 0) >> 2];
$27_1 = HEAP32[($7_1 + 12 | 0) >> 2];
$28_1 = HEAP32[($3_1 + 8 | 0) >> 2];
$6_1 = HEAP32[($3_1 + 12 | 0) >> 2];
$7_1 = HEAP32[($7_1 + 4 | 0) >> 2];
$3_1 = HEAP32[($3_1 + 4 | 0) >> 2];
HEAP32[$4_1 >> 2] = HEAP32[$13_1 >> 2] & $8_1 | 0;
HEAP32[($4_1 + 4 | 0) >> 2] = $9_1 & $17_1 | 0;
HEAP32[($4_1 + 8 | 0) >> 2] = $10_1 & $18_1 | 0;
HEAP32[($4_1 + 12 | 0) >> 2] = $11_1 & $19_1 | 0;
$4_1 = $4_1 + $5_1 | 0;
HEAP32[$4_1 >> 2] = $8_1 & $24_1 | 0;
HEAP32[($4_1 + 4 | 0) >> 2] = $9_1 & $25_1 | 0;
HEAP32[($4_1 + 8 | 0) >> 2] = $7_1 & $10_1 | 0;
HEAP32[($4_1 + 12 | 0) >> 2] = $3_1 & $11_1 | 0;
$3_1 = $4_1 + $5_1 | 0;
HEAP32[$3_1 >> 2] = $8_1 & $20_1 | 0;
HEAP32[($3_1 + 4 | 0) >> 2] = $9_1 & $22_1 | 0;
HEAP32[($3_1 + 8 | 0) >> 2] = $10_1 & $26_1 | 0;
HEAP32[($3_1 + 12 | 0) >> 2] = $11_1 & $28_1 | 0;
$3_1 = $3_1 + $5_1 | 0;
HEAP32[$3_1 >> 2] = $8_1 & $21 | 0;
HEAP32[($3_1 + 4 | 0) >> 2] = $9_1 & $23_1 | 0;
HEAP32[($3_1 + 8 | 0) >> 2] = $10_1 & $27_1 | 0;
HEAP32[($3_1 + 12 | 0) >> 2] = $6_1 & $11_1 | 0;
$4_1 = $3_1 + $5_1 | 0;
$3_1 = $12_1;
$0 = $0 + 16 | 0;
continue label1;
}
break label1;
};
label2 : while (1) {
if (($1 | 0) > ($3_1 | 0)) {
$6_1 = HEAP32[($0 + $14_1 | 0) >> 2] & $9_1 | 0;
$7_1 = HEAP32[($0 + $15_1 | 0) >> 2] & $10_1 | 0;
$12_1 = HEAP32[($0 + $16_1 | 0) >> 2] & $11_1 | 0;
HEAP32[$4_1 >> 2] = HEAP32[($0 + $2_1 | 0) >> 2] & $8_1 | 0;
HEAP32[($4_1 + 4 | 0) >> 2] = $6_1;
HEAP32[($4_1 + 8 | 0) >> 2] = $7_1;
HEAP32[($4_1 + 12 | 0) >> 2] = $12_1;
$3_1 = $3_1 + 1 | 0;
$0 = $0 + 4 | 0;
$4_1 = $4_1 + $5_1 | 0;
continue label2;
}
break label2;
};
}
function $20($0, $1, $2_1, $3_1, $4_1, $5_1) {
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0;
$9_1 = $3_1 << 2 | 0;
label1 : while (1) {
if (($0 | 0) > ($6_1 | 0)) {
$7_1 = $0 - $6_1 | 0;
if ($4_1) {
$3_1 = ($6_1 << 2 | 0) + $2_1 | 0;
$10_1 = 0;
label : while (1) {
if (($1 | 0) > ($10_1 | 0)) {
if (($7_1 | 0) >= (4 | 0)) {
$11_1 = HEAPF32[$3_1 >> 2];
$12_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
$13_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
} else {
$8_1 = ($7_1 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($7_1 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($7_1 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$11_1 = $8_1;
$12_1 = lane2;
$13_1 = lane1;
$8_1 = 0;
}
HEAPF32[$5_1 >> 2] = $11_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $8_1;
$10_1 = $10_1 + 1 | 0;
$3_1 = $3_1 + $9_1 | 0;
$5_1 = $5_1 + 16 | 0;
continue label;
}
break label;
};
} else {
$19($7_1, $1, Math_imul($6_1, $9_1) + $2_1 | 0, $9_1, $5_1, 16);
$5_1 = ($1 << 4 | 0) + $5_1 | 0;
}
$6_1 = $6_1 + 4 | 0;
continue label1;
}
break label1;
};
}
function $22($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1) {
var $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0;
if ($6_1) {
$9_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$10_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 16 | 0) >> 2];
$13_1 = HEAPF32[($6_1 + 20 | 0) >> 2];
$14_1 = HEAPF32[($6_1 + 24 | 0) >> 2];
$15_1 = HEAPF32[($6_1 + 28 | 0) >> 2];
$16_1 = HEAPF32[$6_1 >> 2];
}
$17_1 = $16_1;
$18_1 = $16_1;
$19_1 = $16_1;
$20_1 = $9_1;
$21 = $9_1;
$22_1 = $9_1;
$23_1 = $10_1;
$24_1 = $10_1;
$25_1 = $10_1;
$26_1 = $11_1;
$27_1 = $11_1;
$28_1 = $11_1;
$29_1 = $12_1;
$30_1 = $12_1;
$31_1 = $12_1;
$32_1 = $13_1;
$33_1 = $13_1;
$34_1 = $13_1;
$35_1 = $14_1;
$36_1 = $14_1;
$37_1 = $14_1;
$38_1 = $15_1;
$39_1 = $15_1;
$40_1 = $15_1;
$0 = ($0 << 4 | 0) + $1 | 0;
label : while (1) {
if ($0 >>> 0 > $1 >>> 0) {
$8_1 = HEAPF32[$1 >> 2];
$41_1 = HEAPF32[$2_1 >> 2];
$16_1 = Math_fround($16_1 + Math_fround($8_1 * $41_1));
$42_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$9_1 = Math_fround($9_1 + Math_fround($8_1 * $42_1));
$43_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$10_1 = Math_fround($10_1 + Math_fround($8_1 * $43_1));
$44_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$11_1 = Math_fround($11_1 + Math_fround($8_1 * $44_1));
$45_1 = HEAPF32[($2_1 + 16 | 0) >> 2];
$12_1 = Math_fround($12_1 + Math_fround($8_1 * $45_1));
$46_1 = HEAPF32[($2_1 + 20 | 0) >> 2];
$13_1 = Math_fround($13_1 + Math_fround($8_1 * $46_1));
$47_1 = HEAPF32[($2_1 + 24 | 0) >> 2];
$14_1 = Math_fround($14_1 + Math_fround($8_1 * $47_1));
$7_1 = $8_1;
$8_1 = HEAPF32[($2_1 + 28 | 0) >> 2];
$15_1 = Math_fround($15_1 + Math_fround($7_1 * $8_1));
$7_1 = HEAPF32[($1 + 4 | 0) >> 2];
$17_1 = Math_fround($17_1 + Math_fround($7_1 * $41_1));
$20_1 = Math_fround($20_1 + Math_fround($7_1 * $42_1));
$23_1 = Math_fround($23_1 + Math_fround($7_1 * $43_1));
$26_1 = Math_fround($26_1 + Math_fround($7_1 * $44_1));
$29_1 = Math_fround($29_1 + Math_fround($7_1 * $45_1));
$32_1 = Math_fround($32_1 + Math_fround($7_1 * $46_1));
$35_1 = Math_fround($35_1 + Math_fround($7_1 * $47_1));
$38_1 = Math_fround($38_1 + Math_fround($7_1 * $8_1));
$7_1 = HEAPF32[($1 + 8 | 0) >> 2];
$18_1 = Math_fround($18_1 + Math_fround($7_1 * $41_1));
$21 = Math_fround($21 + Math_fround($7_1 * $42_1));
$24_1 = Math_fround($24_1 + Math_fround($7_1 * $43_1));
$27_1 = Math_fround($27_1 + Math_fround($7_1 * $44_1));
$30_1 = Math_fround($30_1 + Math_fround($7_1 * $45_1));
$33_1 = Math_fround($33_1 + Math_fround($7_1 * $46_1));
$36_1 = Math_fround($36_1 + Math_fround($7_1 * $47_1));
$39_1 = Math_fround($39_1 + Math_fround($7_1 * $8_1));
$7_1 = HEAPF32[($1 + 12 | 0) >> 2];
$19_1 = Math_fround($19_1 + Math_fround($7_1 * $41_1));
$22_1 = Math_fround($22_1 + Math_fround($7_1 * $42_1));
$25_1 = Math_fround($25_1 + Math_fround($7_1 * $43_1));
$28_1 = Math_fround($28_1 + Math_fround($7_1 * $44_1));
$31_1 = Math_fround($31_1 + Math_fround($7_1 * $45_1));
$34_1 = Math_fround($34_1 + Math_fround($7_1 * $46_1));
$37_1 = Math_fround($37_1 + Math_fround($7_1 * $47_1));
$40_1 = Math_fround($40_1 + Math_fround($7_1 * $8_1));
$1 = $1 + 16 | 0;
$2_1 = $2_1 + 32 | 0;
continue label;
}
break label;
};
if ($5_1) {
$9_1 = Math_fround($9_1 + HEAPF32[($3_1 + 4 | 0) >> 2]);
$10_1 = Math_fround($10_1 + HEAPF32[($3_1 + 8 | 0) >> 2]);
$11_1 = Math_fround($11_1 + HEAPF32[($3_1 + 12 | 0) >> 2]);
$12_1 = Math_fround($12_1 + HEAPF32[($3_1 + 16 | 0) >> 2]);
$13_1 = Math_fround($13_1 + HEAPF32[($3_1 + 20 | 0) >> 2]);
$14_1 = Math_fround($14_1 + HEAPF32[($3_1 + 24 | 0) >> 2]);
$15_1 = Math_fround($15_1 + HEAPF32[($3_1 + 28 | 0) >> 2]);
$16_1 = Math_fround($16_1 + HEAPF32[$3_1 >> 2]);
}
HEAPF32[$3_1 >> 2] = $16_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $9_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $10_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $11_1;
HEAPF32[($3_1 + 16 | 0) >> 2] = $12_1;
HEAPF32[($3_1 + 20 | 0) >> 2] = $13_1;
HEAPF32[($3_1 + 24 | 0) >> 2] = $14_1;
HEAPF32[($3_1 + 28 | 0) >> 2] = $15_1;
$0 = $3_1 + $4_1 | 0;
if ($5_1) {
$20_1 = Math_fround($20_1 + HEAPF32[($0 + 4 | 0) >> 2]);
$23_1 = Math_fround($23_1 + HEAPF32[($0 + 8 | 0) >> 2]);
$26_1 = Math_fround($26_1 + HEAPF32[($0 + 12 | 0) >> 2]);
$29_1 = Math_fround($29_1 + HEAPF32[($0 + 16 | 0) >> 2]);
$32_1 = Math_fround($32_1 + HEAPF32[($0 + 20 | 0) >> 2]);
$35_1 = Math_fround($35_1 + HEAPF32[($0 + 24 | 0) >> 2]);
$38_1 = Math_fround($38_1 + HEAPF32[($0 + 28 | 0) >> 2]);
$17_1 = Math_fround($17_1 + HEAPF32[$0 >> 2]);
}
HEAPF32[$0 >> 2] = $17_1;
HEAPF32[($0 + 4 | 0) >> 2] = $20_1;
HEAPF32[($0 + 8 | 0) >> 2] = $23_1;
HEAPF32[($0 + 12 | 0) >> 2] = $26_1;
HEAPF32[($0 + 16 | 0) >> 2] = $29_1;
HEAPF32[($0 + 20 | 0) >> 2] = $32_1;
HEAPF32[($0 + 24 | 0) >> 2] = $35_1;
HEAPF32[($0 + 28 | 0) >> 2] = $38_1;
$0 = $0 + $4_1 | 0;
if ($5_1) {
$21 = Math_fround($21 + HEAPF32[($0 + 4 | 0) >> 2]);
$24_1 = Math_fround($24_1 + HEAPF32[($0 + 8 | 0) >> 2]);
$27_1 = Math_fround($27_1 + HEAPF32[($0 + 12 | 0) >> 2]);
$30_1 = Math_fround($30_1 + HEAPF32[($0 + 16 | 0) >> 2]);
$33_1 = Math_fround($33_1 + HEAPF32[($0 + 20 | 0) >> 2]);
$36_1 = Math_fround($36_1 + HEAPF32[($0 + 24 | 0) >> 2]);
$39_1 = Math_fround($39_1 + HEAPF32[($0 + 28 | 0) >> 2]);
$18_1 = Math_fround($18_1 + HEAPF32[$0 >> 2]);
}
HEAPF32[$0 >> 2] = $18_1;
HEAPF32[($0 + 4 | 0) >> 2] = $21;
HEAPF32[($0 + 8 | 0) >> 2] = $24_1;
HEAPF32[($0 + 12 | 0) >> 2] = $27_1;
HEAPF32[($0 + 16 | 0) >> 2] = $30_1;
HEAPF32[($0 + 20 | 0) >> 2] = $33_1;
HEAPF32[($0 + 24 | 0) >> 2] = $36_1;
HEAPF32[($0 + 28 | 0) >> 2] = $39_1;
$0 = $0 + $4_1 | 0;
if ($5_1) {
$22_1 = Math_fround($22_1 + HEAPF32[($0 + 4 | 0) >> 2]);
$25_1 = Math_fround($25_1 + HEAPF32[($0 + 8 | 0) >> 2]);
$28_1 = Math_fround($28_1 + HEAPF32[($0 + 12 | 0) >> 2]);
$31_1 = Math_fround($31_1 + HEAPF32[($0 + 16 | 0) >> 2]);
$34_1 = Math_fround($34_1 + HEAPF32[($0 + 20 | 0) >> 2]);
$37_1 = Math_fround($37_1 + HEAPF32[($0 + 24 | 0) >> 2]);
$40_1 = Math_fround($40_1 + HEAPF32[($0 + 28 | 0) >> 2]);
$19_1 = Math_fround($19_1 + HEAPF32[$0 >> 2]);
}
HEAPF32[$0 >> 2] = $19_1;
HEAPF32[($0 + 4 | 0) >> 2] = $22_1;
HEAPF32[($0 + 8 | 0) >> 2] = $25_1;
HEAPF32[($0 + 12 | 0) >> 2] = $28_1;
HEAPF32[($0 + 16 | 0) >> 2] = $31_1;
HEAPF32[($0 + 20 | 0) >> 2] = $34_1;
HEAPF32[($0 + 24 | 0) >> 2] = $37_1;
HEAPF32[($0 + 28 | 0) >> 2] = $40_1;
}
function $23($0, $1, $2_1) {
var $3_1 = 0, $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0;
if (($1 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$0 >> 2];
$6_1 = HEAPF32[($0 + 8 | 0) >> 2];
$7_1 = HEAPF32[($0 + 4 | 0) >> 2];
$3_1 = HEAPF32[($0 + 12 | 0) >> 2];
} else {
$3_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$5_1 = $3_1;
$6_1 = lane2;
$7_1 = lane1;
$3_1 = 0;
}
HEAPF32[$2_1 >> 2] = $5_1;
HEAPF32[($2_1 + 4 | 0) >> 2] = $7_1;
HEAPF32[($2_1 + 8 | 0) >> 2] = $6_1;
HEAPF32[($2_1 + 12 | 0) >> 2] = $3_1;
$4_1 = $0 + 16 | 0;
$0 = $1 - 4 | 0;
if (($0 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$4_1 >> 2];
$6_1 = HEAPF32[($4_1 + 8 | 0) >> 2];
$7_1 = HEAPF32[($4_1 + 4 | 0) >> 2];
$3_1 = HEAPF32[($4_1 + 12 | 0) >> 2];
} else {
$3_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$4_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($4_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($4_1 + 8 | 0) >> 2] : 0;
$5_1 = $3_1;
$6_1 = lane2;
$7_1 = lane1;
$3_1 = 0;
}
HEAPF32[($2_1 + 16 | 0) >> 2] = $5_1;
HEAPF32[($2_1 + 20 | 0) >> 2] = $7_1;
HEAPF32[($2_1 + 24 | 0) >> 2] = $6_1;
HEAPF32[($2_1 + 28 | 0) >> 2] = $3_1;
return $2_1;
}
function $24($0, $1, $2_1, $3_1, $4_1, $5_1) {
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0;
label : while (1) {
if (($0 | 0) > ($16_1 | 0)) {
$8_1 = HEAPF32[$2_1 >> 2];
$9_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
if ($5_1) {
$15_1 = $6_1;
if (($1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$3_1 >> 2];
$13_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
$6_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
} else {
$6_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$12_1 = $6_1;
$13_1 = lane1;
$14_1 = 0;
$6_1 = lane2;
}
$6_1 = Math_fround($15_1 + $6_1);
$11_1 = Math_fround($11_1 + $14_1);
$9_1 = Math_fround($9_1 + $13_1);
$8_1 = Math_fround($8_1 + $12_1);
}
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$3_1 >> 2] = $8_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $9_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $6_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $11_1;
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$3_1 >> 2] = $8_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($3_1 + 4 | 0) >> 2] = $9_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($3_1 + 8 | 0) >> 2] = $6_1
}
}
$8_1 = HEAPF32[($2_1 + 16 | 0) >> 2];
$9_1 = HEAPF32[($2_1 + 20 | 0) >> 2];
$6_1 = HEAPF32[($2_1 + 24 | 0) >> 2];
$11_1 = HEAPF32[($2_1 + 28 | 0) >> 2];
$10_1 = $1 - 4 | 0;
$7_1 = $3_1 + 16 | 0;
if ($5_1) {
$15_1 = $6_1;
if (($10_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$7_1 >> 2];
$13_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$6_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$6_1 = ($10_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($10_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($10_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$12_1 = $6_1;
$13_1 = lane1;
$14_1 = 0;
$6_1 = lane2;
}
$6_1 = Math_fround($15_1 + $6_1);
$11_1 = Math_fround($11_1 + $14_1);
$9_1 = Math_fround($9_1 + $13_1);
$8_1 = Math_fround($8_1 + $12_1);
}
if (($10_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $8_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $9_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $6_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $11_1;
} else {
if (($10_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $8_1
}
if (($10_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $9_1
}
if (($10_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $6_1
}
}
$16_1 = $16_1 + 1 | 0;
$2_1 = $2_1 + 32 | 0;
$3_1 = $3_1 + $4_1 | 0;
continue label;
}
break label;
};
}
function $25($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1, $12_1) {
var $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0;
$19_1 = $12_1 + 65536 | 0;
$24_1 = $19_1 + 160 | 0;
$22_1 = ($0 | 0) > (4 | 0);
if ($22_1) {
$22_1 = Math_imul($1 >>> 3 | 0, $7_1) >>> 0 > 524288 >>> 0
}
$20_1 = $9_1 << 2 | 0;
label2 : while (1) {
if (($0 | 0) > ($14_1 | 0)) {
$9_1 = $0 - $14_1 | 0;
$21 = ($9_1 | 0) > (64 | 0) ? 64 : $9_1;
$20($21, $2_1, (($5_1 ? $14_1 : Math_imul($4_1, $14_1)) << 2 | 0) + $3_1 | 0, $4_1, $5_1, $12_1);
$17_1 = $6_1;
$15_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($15_1 | 0)) {
if (!($22_1 ? $14_1 : 1)) {
$9_1 = $17_1;
$16_1 = $9_1 + ($2_1 << 5 | 0) | 0;
$13_1 = 0;
label : while (1) {
if ($9_1 >>> 0 < $16_1 >>> 0) {
$13_1 = HEAPU8[$9_1 >> 0] | $13_1 | 0;
$9_1 = $9_1 - -64 | 0;
continue label;
}
break label;
};
HEAP8[$24_1 >> 0] = $13_1;
}
$13_1 = $15_1 << 2 | 0;
$23_1 = $11_1 ? $13_1 + $11_1 | 0 : 0;
$9_1 = $12_1;
$16_1 = $13_1 + (Math_imul($14_1, $20_1) + $8_1 | 0) | 0;
$13_1 = 0;
label0 : while (1) {
if (($13_1 | 0) < ($21 | 0)) {
if (($1 - $15_1 | 0 | 0) >= (8 | 0) & ($21 - $13_1 | 0 | 0) >= (4 | 0) | 0) {
$22($2_1, $9_1, $17_1, $16_1, $20_1, $10_1, $23_1)
} else {
if ($23_1) {
$18_1 = $23($23_1, $1 - $15_1 | 0, $19_1 + 128 | 0)
} else {
$18_1 = 0
}
$22($2_1, $9_1, $17_1, $19_1, 32, 0, $18_1);
$18_1 = $21 - $13_1 | 0;
$24(($18_1 | 0) > (4 | 0) ? 4 : $18_1, $1 - $15_1 | 0, $19_1, $16_1, $20_1, $10_1);
}
$13_1 = $13_1 + 4 | 0;
$9_1 = ($2_1 << 4 | 0) + $9_1 | 0;
$16_1 = ($20_1 << 2 | 0) + $16_1 | 0;
continue label0;
}
break label0;
};
$15_1 = $15_1 + 8 | 0;
$17_1 = $7_1 + $17_1 | 0;
continue label1;
}
break label1;
};
$14_1 = $14_1 - -64 | 0;
continue label2;
}
break label2;
};
}
function $26($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
$8_1 = $8_1 | 0;
$9_1 = $9_1 | 0;
$10_1 = $10_1 | 0;
$11_1 = $11_1 | 0;
var $12_1 = 0, $13_1 = 0, $14_1 = 0;
if (!$2_1) {
$17($0, $1, $7_1, $8_1 << 2 | 0, $9_1, $10_1);
return;
}
if (!$5_1 & ($0 | 0) <= (2 | 0) | 0) {
$5_1 = 0;
label : while (1) {
if (($0 | 0) > ($5_1 | 0)) {
$18($1, $2_1, $3_1, $6_1, $7_1, $9_1, $10_1);
$5_1 = $5_1 + 1 | 0;
$3_1 = ($4_1 << 2 | 0) + $3_1 | 0;
$7_1 = ($8_1 << 2 | 0) + $7_1 | 0;
continue label;
}
break label;
};
return;
}
$14_1 = $2_1 << 5 | 0;
label1 : while (1) {
if (($2_1 | 0) > ($12_1 | 0)) {
$13_1 = $2_1 - $12_1 | 0;
$25($0, $1, ($13_1 | 0) > (256 | 0) ? 256 : $13_1, (($5_1 ? Math_imul($4_1, $12_1) : $12_1) << 2 | 0) + $3_1 | 0, $4_1, $5_1, $6_1, $14_1, $7_1, $8_1, $9_1 ? $9_1 : ($12_1 | 0) > (0 | 0), $12_1 ? 0 : $10_1, $11_1);
$12_1 = $12_1 + 256 | 0;
$6_1 = $6_1 - -8192 | 0;
continue label1;
}
break label1;
};
}
function $27($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1, $12_1, $13_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
$8_1 = $8_1 | 0;
$9_1 = $9_1 | 0;
$10_1 = $10_1 | 0;
$11_1 = $11_1 | 0;
$12_1 = $12_1 | 0;
$13_1 = $13_1 | 0;
var $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0, $56_1 = 0, $57_1 = 0, $58_1 = 0, $59_1 = 0;
$37_1 = $2_1 << 2 | 0;
$52_1 = Math_imul($37_1, $1);
$44_1 = $0 - 1 | 0;
label4 : while (1) {
if (($44_1 | 0) >= (0 | 0)) {
$0 = Math_imul($44_1, $52_1);
$14_1 = Math_imul($0, 3);
$53_1 = $14_1 + $5_1 | 0;
$47_1 = $8_1 + $14_1 | 0;
$54_1 = $0 + $6_1 | 0;
$48_1 = $0 + $7_1 | 0;
$49_1 = $52_1 + $48_1 | 0;
$29_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($29_1 | 0)) {
$0 = Math_imul($29_1, $37_1);
$14_1 = Math_imul($0, 3);
$30_1 = $14_1 + $53_1 | 0;
$45_1 = $14_1 + $47_1 | 0;
$50_1 = $0 + $54_1 | 0;
$46_1 = $0 + $48_1 | 0;
$51_1 = $0 + $49_1 | 0;
if ($9_1) {
$43_1 = HEAPF32[(((Math_imul($1, $44_1) + $29_1 | 0) << 2 | 0) + $9_1 | 0) >> 2]
} else {
$43_1 = 1
}
$36_1 = 0;
$26_1 = 0;
label : while (1) {
if (($2_1 | 0) > ($36_1 | 0)) {
$14_1 = $26_1 + $30_1 | 0;
$0 = $2_1 - $36_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$14_1 >> 2];
$33_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
$22_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$23_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
} else {
$16_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$33_1 = lane2;
$22_1 = 0;
$23_1 = lane1;
}
$14_1 = ($30_1 + ($37_1 << 1 | 0) | 0) + $26_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$18_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
$19_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
$34_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$15_1 = HEAPF32[$14_1 >> 2];
} else {
$15_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$18_1 = lane1;
$19_1 = lane2;
$34_1 = 0;
}
$17_1 = $15_1;
$14_1 = $26_1 + $51_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$39_1 = HEAPF32[$14_1 >> 2];
$31_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
$24_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$21 = HEAPF32[($14_1 + 4 | 0) >> 2];
} else {
$15_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$39_1 = $15_1;
$31_1 = lane2;
$24_1 = 0;
$21 = lane1;
}
$14_1 = $26_1 + $46_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$40_1 = HEAPF32[$14_1 >> 2];
$32_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
$35_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$20_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
} else {
$15_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$40_1 = $15_1;
$32_1 = lane2;
$35_1 = 0;
$20_1 = lane1;
}
if ($9_1) {
$15_1 = Math_fround(1 - $43_1);
$40_1 = Math_fround($40_1 + Math_fround($39_1 * $15_1));
$20_1 = Math_fround($20_1 + Math_fround($21 * $15_1));
$32_1 = Math_fround($32_1 + Math_fround($31_1 * $15_1));
$35_1 = Math_fround($35_1 + Math_fround($24_1 * $15_1));
$39_1 = Math_fround($39_1 * $43_1);
$31_1 = Math_fround($31_1 * $43_1);
$24_1 = Math_fround($24_1 * $43_1);
$21 = Math_fround($21 * $43_1);
}
$14_1 = $26_1 + $50_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$25_1 = HEAPF32[$14_1 >> 2];
$27_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
$28_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$15_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
} else {
$15_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$25_1 = $15_1;
$27_1 = lane1;
$28_1 = 0;
$15_1 = lane2;
}
$55_1 = $28_1;
$56_1 = Math_fround($39_1 * Math_fround($25_1 - $17_1));
$57_1 = Math_fround($21 * Math_fround($27_1 - $18_1));
$58_1 = Math_fround($31_1 * Math_fround($15_1 - $19_1));
$15_1 = $16_1;
$25_1 = $23_1;
$28_1 = $33_1;
block5 : {
if (($4_1 | 0) == (1 | 0)) {
$23_1 = Math_fround(1 - Math_fround($25_1 * $25_1));
$33_1 = Math_fround(1 - Math_fround($28_1 * $28_1));
$27_1 = Math_fround(1 - Math_fround($22_1 * $22_1));
$16_1 = Math_fround(1 - Math_fround($15_1 * $15_1));
break block5;
}
if (($4_1 | 0) == (2 | 0)) {
$23_1 = Math_fround($25_1 * Math_fround(1 - $25_1));
$33_1 = Math_fround($28_1 * Math_fround(1 - $28_1));
$27_1 = Math_fround($22_1 * Math_fround(1 - $22_1));
$16_1 = Math_fround($15_1 * Math_fround(1 - $15_1));
break block5;
}
$14_1 = $15_1 > 0;
$38_1 = $25_1 > 0;
$41_1 = $28_1 > 0;
$42_1 = $22_1 > 0;
if (($4_1 | 0) == (3 | 0)) {
$23_1 = $38_1 & $25_1 < 1 | 0 ? 0.20000000298023224 : 0;
$33_1 = $41_1 & $28_1 < 1 | 0 ? 0.20000000298023224 : 0;
$27_1 = $42_1 & $22_1 < 1 | 0 ? 0.20000000298023224 : 0;
$16_1 = $14_1 & $15_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block5;
}
if (($4_1 | 0) == (4 | 0)) {
$23_1 = $38_1 ? 1 : 0;
$33_1 = $41_1 ? 1 : 0;
$27_1 = $42_1 ? 1 : 0;
$16_1 = $14_1 ? 1 : 0;
break block5;
}
$23_1 = 1;
$33_1 = 1;
$27_1 = 1;
$16_1 = 1;
}
$59_1 = $27_1;
block6 : {
if (($3_1 | 0) == (1 | 0)) {
$18_1 = Math_fround(1 - Math_fround($18_1 * $18_1));
$19_1 = Math_fround(1 - Math_fround($19_1 * $19_1));
$27_1 = Math_fround(1 - Math_fround($34_1 * $34_1));
$17_1 = Math_fround(1 - Math_fround($17_1 * $17_1));
break block6;
}
if (($3_1 | 0) == (2 | 0)) {
$18_1 = Math_fround($18_1 * Math_fround(1 - $18_1));
$19_1 = Math_fround($19_1 * Math_fround(1 - $19_1));
$27_1 = Math_fround($34_1 * Math_fround(1 - $34_1));
$17_1 = Math_fround($17_1 * Math_fround(1 - $17_1));
break block6;
}
$14_1 = $17_1 > 0;
$38_1 = $18_1 > 0;
$41_1 = $19_1 > 0;
$42_1 = $34_1 > 0;
if (($3_1 | 0) == (3 | 0)) {
$18_1 = $38_1 & $18_1 < 1 | 0 ? 0.20000000298023224 : 0;
$19_1 = $41_1 & $19_1 < 1 | 0 ? 0.20000000298023224 : 0;
$27_1 = $42_1 & $34_1 < 1 | 0 ? 0.20000000298023224 : 0;
$17_1 = $14_1 & $17_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block6;
}
if (($3_1 | 0) == (4 | 0)) {
$18_1 = $38_1 ? 1 : 0;
$19_1 = $41_1 ? 1 : 0;
$27_1 = $42_1 ? 1 : 0;
$17_1 = $14_1 ? 1 : 0;
break block6;
}
$18_1 = 1;
$19_1 = 1;
$27_1 = 1;
$17_1 = 1;
}
$14_1 = $26_1 + $46_1 | 0;
$40_1 = Math_fround($40_1 + Math_fround($39_1 * $15_1));
$20_1 = Math_fround($20_1 + Math_fround($21 * $25_1));
$32_1 = Math_fround($32_1 + Math_fround($31_1 * $28_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$14_1 >> 2] = $40_1;
HEAPF32[($14_1 + 4 | 0) >> 2] = $20_1;
HEAPF32[($14_1 + 8 | 0) >> 2] = $32_1;
HEAPF32[($14_1 + 12 | 0) >> 2] = Math_fround($35_1 + Math_fround($24_1 * $22_1));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$14_1 >> 2] = $40_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($14_1 + 4 | 0) >> 2] = $20_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($14_1 + 8 | 0) >> 2] = $32_1
}
}
$16_1 = Math_fround($56_1 * $16_1);
$23_1 = Math_fround($57_1 * $23_1);
$20_1 = Math_fround($58_1 * $33_1);
$14_1 = $26_1 + $45_1 | 0;
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$14_1 >> 2] = $16_1;
HEAPF32[($14_1 + 4 | 0) >> 2] = $23_1;
HEAPF32[($14_1 + 8 | 0) >> 2] = $20_1;
HEAPF32[($14_1 + 12 | 0) >> 2] = Math_fround(Math_fround($24_1 * Math_fround($55_1 - $34_1)) * $59_1);
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$14_1 >> 2] = $16_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($14_1 + 4 | 0) >> 2] = $23_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($14_1 + 8 | 0) >> 2] = $20_1
}
}
$15_1 = Math_fround(Math_fround($39_1 * Math_fround(1 - $15_1)) * $17_1);
$16_1 = Math_fround(Math_fround($21 * Math_fround(1 - $25_1)) * $18_1);
$17_1 = Math_fround(Math_fround($31_1 * Math_fround(1 - $28_1)) * $19_1);
$14_1 = ($45_1 + ($37_1 << 1 | 0) | 0) + $26_1 | 0;
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$14_1 >> 2] = $15_1;
HEAPF32[($14_1 + 4 | 0) >> 2] = $16_1;
HEAPF32[($14_1 + 8 | 0) >> 2] = $17_1;
HEAPF32[($14_1 + 12 | 0) >> 2] = Math_fround(Math_fround($24_1 * Math_fround(1 - $22_1)) * $27_1);
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$14_1 >> 2] = $15_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($14_1 + 4 | 0) >> 2] = $16_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($14_1 + 8 | 0) >> 2] = $17_1
}
}
$36_1 = $36_1 + 4 | 0;
$26_1 = $26_1 + 16 | 0;
continue label;
}
break label;
};
$29_1 = $29_1 + 1 | 0;
continue label1;
}
break label1;
};
$26($1, $2_1, $2_1, ($37_1 << 1 | 0) + $47_1 | 0, Math_imul($2_1, 3), 0, $11_1, $12_1, $2_1, 0, 0, $13_1);
$26_1 = 0;
label3 : while (1) {
if (($1 | 0) > ($26_1 | 0)) {
$0 = Math_imul($26_1, $37_1);
$14_1 = Math_imul($0, 3);
$41_1 = ($14_1 + $53_1 | 0) + $37_1 | 0;
$42_1 = ($14_1 + $47_1 | 0) + $37_1 | 0;
$49_1 = $0 + $54_1 | 0;
$50_1 = $0 + $48_1 | 0;
$51_1 = $0 + $12_1 | 0;
$36_1 = 0;
$29_1 = 0;
label2 : while (1) {
if (($2_1 | 0) > ($36_1 | 0)) {
$14_1 = $29_1 + $41_1 | 0;
$0 = $2_1 - $36_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$18_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
$19_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
$22_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$16_1 = HEAPF32[$14_1 >> 2];
} else {
$16_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$18_1 = lane1;
$19_1 = lane2;
$22_1 = 0;
}
$17_1 = $16_1;
$14_1 = $29_1 + $51_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$23_1 = HEAPF32[$14_1 >> 2];
$33_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
$16_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$15_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
} else {
$16_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$23_1 = $16_1;
$33_1 = lane1;
$16_1 = 0;
$15_1 = lane2;
}
$28_1 = $16_1;
$14_1 = $29_1 + $42_1 | 0;
$30_1 = $29_1 + $49_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$21 = HEAPF32[$30_1 >> 2];
$31_1 = HEAPF32[($30_1 + 4 | 0) >> 2];
$24_1 = HEAPF32[($30_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($30_1 + 12 | 0) >> 2];
} else {
$20_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$30_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($30_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($30_1 + 8 | 0) >> 2] : 0;
$21 = $20_1;
$31_1 = lane1;
$24_1 = lane2;
$16_1 = 0;
}
$34_1 = Math_fround($33_1 * $31_1);
$24_1 = Math_fround($15_1 * $24_1);
$25_1 = Math_fround($23_1 * $21);
block10 : {
if (($4_1 | 0) == (1 | 0)) {
$32_1 = Math_fround(1 - Math_fround($18_1 * $18_1));
$35_1 = Math_fround(1 - Math_fround($19_1 * $19_1));
$21 = Math_fround(1 - Math_fround($22_1 * $22_1));
$20_1 = Math_fround(1 - Math_fround($17_1 * $17_1));
break block10;
}
if (($4_1 | 0) == (2 | 0)) {
$32_1 = Math_fround($18_1 * Math_fround(1 - $18_1));
$35_1 = Math_fround($19_1 * Math_fround(1 - $19_1));
$21 = Math_fround($22_1 * Math_fround(1 - $22_1));
$20_1 = Math_fround($17_1 * Math_fround(1 - $17_1));
break block10;
}
$30_1 = $17_1 > 0;
$45_1 = $18_1 > 0;
$46_1 = $19_1 > 0;
$38_1 = $22_1 > 0;
if (($4_1 | 0) == (3 | 0)) {
$32_1 = $45_1 & $18_1 < 1 | 0 ? 0.20000000298023224 : 0;
$35_1 = $46_1 & $19_1 < 1 | 0 ? 0.20000000298023224 : 0;
$21 = $38_1 & $22_1 < 1 | 0 ? 0.20000000298023224 : 0;
$20_1 = $30_1 & $17_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block10;
}
if (($4_1 | 0) == (4 | 0)) {
$32_1 = $45_1 ? 1 : 0;
$35_1 = $46_1 ? 1 : 0;
$21 = $38_1 ? 1 : 0;
$20_1 = $30_1 ? 1 : 0;
break block10;
}
$32_1 = 1;
$35_1 = 1;
$21 = 1;
$20_1 = 1;
}
$20_1 = Math_fround($25_1 * $20_1);
$25_1 = Math_fround($34_1 * $32_1);
$24_1 = Math_fround($24_1 * $35_1);
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$14_1 >> 2] = $20_1;
HEAPF32[($14_1 + 4 | 0) >> 2] = $25_1;
HEAPF32[($14_1 + 8 | 0) >> 2] = $24_1;
HEAPF32[($14_1 + 12 | 0) >> 2] = Math_fround(Math_fround($28_1 * $16_1) * $21);
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$14_1 >> 2] = $20_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($14_1 + 4 | 0) >> 2] = $25_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($14_1 + 8 | 0) >> 2] = $24_1
}
}
$14_1 = $29_1 + $50_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$21 = HEAPF32[$14_1 >> 2];
$31_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
$24_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
} else {
$20_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$14_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($14_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($14_1 + 8 | 0) >> 2] : 0;
$21 = $20_1;
$31_1 = lane1;
$24_1 = lane2;
$16_1 = 0;
}
$17_1 = Math_fround($21 + Math_fround($23_1 * $17_1));
$23_1 = Math_fround($31_1 + Math_fround($33_1 * $18_1));
$15_1 = Math_fround($24_1 + Math_fround($15_1 * $19_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$14_1 >> 2] = $17_1;
HEAPF32[($14_1 + 4 | 0) >> 2] = $23_1;
HEAPF32[($14_1 + 8 | 0) >> 2] = $15_1;
HEAPF32[($14_1 + 12 | 0) >> 2] = Math_fround($16_1 + Math_fround($28_1 * $22_1));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$14_1 >> 2] = $17_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($14_1 + 4 | 0) >> 2] = $23_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($14_1 + 8 | 0) >> 2] = $15_1
}
}
$36_1 = $36_1 + 4 | 0;
$29_1 = $29_1 + 16 | 0;
continue label2;
}
break label2;
};
$26_1 = $26_1 + 1 | 0;
continue label3;
}
break label3;
};
$26($1, $2_1, $2_1 << 1 | 0, $47_1, Math_imul($2_1, 3), 0, $10_1, $48_1, $2_1, 1, 0, $13_1);
$44_1 = $44_1 - 1 | 0;
continue label4;
}
break label4;
};
}
function $28($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
$8_1 = $8_1 | 0;
$9_1 = $9_1 | 0;
$10_1 = $10_1 | 0;
$11_1 = $11_1 | 0;
var $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0;
$33_1 = $2_1 << 2 | 0;
label4 : while (1) {
if (($0 | 0) > ($43_1 | 0)) {
$26($1, $2_1 << 1 | 0, $2_1, $6_1, $2_1, 0, $9_1, $5_1, Math_imul($2_1, 3), 1, 0, $11_1);
$36_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($36_1 | 0)) {
$19_1 = Math_imul($33_1, $36_1);
$37_1 = Math_imul($19_1, 3) + $5_1 | 0;
$39_1 = $6_1 + $19_1 | 0;
$40_1 = $7_1 + $19_1 | 0;
$29_1 = 0;
$30_1 = 0;
label : while (1) {
if (($2_1 | 0) > ($29_1 | 0)) {
$16_1 = ($33_1 + $37_1 | 0) + $30_1 | 0;
$19_1 = $2_1 - $29_1 | 0;
if (($19_1 | 0) >= (4 | 0)) {
$15_1 = HEAPF32[$16_1 >> 2];
$13_1 = HEAPF32[($16_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($16_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($16_1 + 8 | 0) >> 2];
} else {
$12_1 = ($19_1 | 0) > (0 | 0) ? HEAPF32[$16_1 >> 2] : 0;
lane1 = ($19_1 | 0) > (1 | 0) ? HEAPF32[($16_1 + 4 | 0) >> 2] : 0;
lane2 = ($19_1 | 0) > (2 | 0) ? HEAPF32[($16_1 + 8 | 0) >> 2] : 0;
$15_1 = $12_1;
$13_1 = lane1;
$14_1 = 0;
$12_1 = lane2;
}
block2 : {
if (($4_1 | 0) == (1 | 0)) {
$15_1 = $15_1 > 7.905311107635498 ? 7.905311107635498 : $15_1;
$15_1 = $15_1 < (-7.905311107635498) ? (-7.905311107635498) : $15_1;
$20_1 = Math_fround($15_1 * $15_1);
$13_1 = $13_1 > 7.905311107635498 ? 7.905311107635498 : $13_1;
$24_1 = $13_1 < (-7.905311107635498) ? (-7.905311107635498) : $13_1;
$21 = Math_fround($24_1 * $24_1);
$12_1 = $12_1 > 7.905311107635498 ? 7.905311107635498 : $12_1;
$13_1 = $12_1 < (-7.905311107635498) ? (-7.905311107635498) : $12_1;
$22_1 = Math_fround($13_1 * $13_1);
$12_1 = $14_1 > 7.905311107635498 ? 7.905311107635498 : $14_1;
$14_1 = $12_1 < (-7.905311107635498) ? (-7.905311107635498) : $12_1;
$18_1 = Math_fround($14_1 * $14_1);
$15_1 = Math_fround(Math_fround($15_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($20_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $20_1) + (-8.604671836165423e-11)) * $20_1) + 5.122297253024044e-8) * $20_1) + 0.000014857223504805006) * $20_1) + 0.0006372619536705315) * $20_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($20_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $20_1) + 0.0022684347350150347) * $20_1) + 0.0048935250379145145));
$12_1 = Math_fround(Math_fround($13_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($22_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $22_1) + (-8.604671836165423e-11)) * $22_1) + 5.122297253024044e-8) * $22_1) + 0.000014857223504805006) * $22_1) + 0.0006372619536705315) * $22_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($22_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $22_1) + 0.0022684347350150347) * $22_1) + 0.0048935250379145145));
$14_1 = Math_fround(Math_fround($14_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $18_1) + (-8.604671836165423e-11)) * $18_1) + 5.122297253024044e-8) * $18_1) + 0.000014857223504805006) * $18_1) + 0.0006372619536705315) * $18_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $18_1) + 0.0022684347350150347) * $18_1) + 0.0048935250379145145));
$13_1 = Math_fround(Math_fround($24_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($21 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $21) + (-8.604671836165423e-11)) * $21) + 5.122297253024044e-8) * $21) + 0.000014857223504805006) * $21) + 0.0006372619536705315) * $21) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($21 * 0.0000011982583600911312) + 0.00011853470641653985) * $21) + 0.0022684347350150347) * $21) + 0.0048935250379145145));
break block2;
}
if (($4_1 | 0) == (2 | 0)) {
$26_1 = Math_fround(-$15_1);
$15_1 = $26_1;
$15_1 = $15_1 > 88.37625885009766 ? 88.37625885009766 : $15_1;
$27_1 = $15_1 < (-87) ? (-87) : $15_1;
$15_1 = Math_fround(Math_fround($27_1 * 1.4426950216293335) + 12582912);
$34_1 = Math_fround($15_1 + (-12582912));
$31_1 = Math_fround(-$13_1);
$13_1 = $31_1;
$13_1 = $13_1 > 88.37625885009766 ? 88.37625885009766 : $13_1;
$32_1 = $13_1 < (-87) ? (-87) : $13_1;
$20_1 = Math_fround(Math_fround($32_1 * 1.4426950216293335) + 12582912);
$35_1 = Math_fround($20_1 + (-12582912));
$21 = Math_fround(-$12_1);
$12_1 = $21;
$12_1 = $12_1 > 88.37625885009766 ? 88.37625885009766 : $12_1;
$22_1 = $12_1 < (-87) ? (-87) : $12_1;
$18_1 = Math_fround(Math_fround($22_1 * 1.4426950216293335) + 12582912);
$23_1 = Math_fround($18_1 + (-12582912));
$24_1 = Math_fround(-$14_1);
$12_1 = $24_1;
$12_1 = $12_1 > 88.37625885009766 ? 88.37625885009766 : $12_1;
$13_1 = $12_1 < (-87) ? (-87) : $12_1;
$14_1 = Math_fround(Math_fround($13_1 * 1.4426950216293335) + 12582912);
$28_1 = Math_fround($14_1 + (-12582912));
$12_1 = Math_fround(Math_fround($27_1 - Math_fround($34_1 * 0.693359375)) + Math_fround($34_1 * 0.00021219444170128554));
$15_1 = Math_fround(1 / Math_fround(($26_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($12_1 * 0.00019875691214110702) + 0.001398199936375022) * $12_1) + 0.008333452045917511) * $12_1) + 0.04166579619050026) * $12_1) + 0.1666666567325592) * $12_1) + 0.5) * $12_1) * $12_1) + $12_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($15_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$12_1 = Math_fround(Math_fround($22_1 - Math_fround($23_1 * 0.693359375)) + Math_fround($23_1 * 0.00021219444170128554));
$12_1 = Math_fround(1 / Math_fround(($21 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($12_1 * 0.00019875691214110702) + 0.001398199936375022) * $12_1) + 0.008333452045917511) * $12_1) + 0.04166579619050026) * $12_1) + 0.1666666567325592) * $12_1) + 0.5) * $12_1) * $12_1) + $12_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($18_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($13_1 - Math_fround($28_1 * 0.693359375)) + Math_fround($28_1 * 0.00021219444170128554));
$14_1 = Math_fround(1 / Math_fround(($24_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($14_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($32_1 - Math_fround($35_1 * 0.693359375)) + Math_fround($35_1 * 0.00021219444170128554));
$13_1 = Math_fround(1 / Math_fround(($31_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($20_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block2;
}
if (($4_1 | 0) == (3 | 0)) {
$15_1 = Math_fround(Math_fround($15_1 * 0.20000000298023224) + 0.5);
$15_1 = $15_1 > 1 ? 1 : $15_1;
$15_1 = $15_1 < 0 ? 0 : $15_1;
$12_1 = Math_fround(Math_fround($12_1 * 0.20000000298023224) + 0.5);
$12_1 = $12_1 > 1 ? 1 : $12_1;
$12_1 = $12_1 < 0 ? 0 : $12_1;
$14_1 = Math_fround(Math_fround($14_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$14_1 = $14_1 < 0 ? 0 : $14_1;
$13_1 = Math_fround(Math_fround($13_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
break block2;
}
if (($4_1 | 0) == (4 | 0)) {
$15_1 = $15_1 < 0 ? 0 : $15_1;
$12_1 = $12_1 < 0 ? 0 : $12_1;
$14_1 = $14_1 < 0 ? 0 : $14_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
}
}
$25_1 = ($33_1 + $37_1 | 0) + $30_1 | 0;
$16_1 = $19_1;
if (($16_1 | 0) >= (4 | 0)) {
HEAPF32[$25_1 >> 2] = $15_1;
HEAPF32[($25_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($25_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($25_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($16_1 | 0) > (0 | 0)) {
HEAPF32[$25_1 >> 2] = $15_1
}
if (($16_1 | 0) > (1 | 0)) {
HEAPF32[($25_1 + 4 | 0) >> 2] = $13_1
}
if (($16_1 | 0) > (2 | 0)) {
HEAPF32[($25_1 + 8 | 0) >> 2] = $12_1
}
}
$25_1 = $30_1 + $40_1 | 0;
$19_1 = $30_1 + $39_1 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$32_1 = HEAPF32[$19_1 >> 2];
$38_1 = HEAPF32[($19_1 + 4 | 0) >> 2];
$18_1 = HEAPF32[($19_1 + 12 | 0) >> 2];
$24_1 = HEAPF32[($19_1 + 8 | 0) >> 2];
} else {
$24_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$19_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($19_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($19_1 + 8 | 0) >> 2] : 0;
$32_1 = $24_1;
$38_1 = lane1;
$18_1 = 0;
$24_1 = lane2;
}
$15_1 = Math_fround($15_1 * $32_1);
$13_1 = Math_fround($13_1 * $38_1);
$12_1 = Math_fround($12_1 * $24_1);
if (($16_1 | 0) >= (4 | 0)) {
HEAPF32[$25_1 >> 2] = $15_1;
HEAPF32[($25_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($25_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($25_1 + 12 | 0) >> 2] = Math_fround($14_1 * $18_1);
} else {
if (($16_1 | 0) > (0 | 0)) {
HEAPF32[$25_1 >> 2] = $15_1
}
if (($16_1 | 0) > (1 | 0)) {
HEAPF32[($25_1 + 4 | 0) >> 2] = $13_1
}
if (($16_1 | 0) > (2 | 0)) {
HEAPF32[($25_1 + 8 | 0) >> 2] = $12_1
}
}
$19_1 = $30_1 + $37_1 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$15_1 = HEAPF32[$19_1 >> 2];
$13_1 = HEAPF32[($19_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($19_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($19_1 + 8 | 0) >> 2];
} else {
$12_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$19_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($19_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($19_1 + 8 | 0) >> 2] : 0;
$15_1 = $12_1;
$13_1 = lane1;
$14_1 = 0;
$12_1 = lane2;
}
block7 : {
if (($4_1 | 0) == (1 | 0)) {
$15_1 = $15_1 > 7.905311107635498 ? 7.905311107635498 : $15_1;
$15_1 = $15_1 < (-7.905311107635498) ? (-7.905311107635498) : $15_1;
$20_1 = Math_fround($15_1 * $15_1);
$13_1 = $13_1 > 7.905311107635498 ? 7.905311107635498 : $13_1;
$24_1 = $13_1 < (-7.905311107635498) ? (-7.905311107635498) : $13_1;
$21 = Math_fround($24_1 * $24_1);
$12_1 = $12_1 > 7.905311107635498 ? 7.905311107635498 : $12_1;
$13_1 = $12_1 < (-7.905311107635498) ? (-7.905311107635498) : $12_1;
$22_1 = Math_fround($13_1 * $13_1);
$12_1 = $14_1 > 7.905311107635498 ? 7.905311107635498 : $14_1;
$14_1 = $12_1 < (-7.905311107635498) ? (-7.905311107635498) : $12_1;
$18_1 = Math_fround($14_1 * $14_1);
$15_1 = Math_fround(Math_fround($15_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($20_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $20_1) + (-8.604671836165423e-11)) * $20_1) + 5.122297253024044e-8) * $20_1) + 0.000014857223504805006) * $20_1) + 0.0006372619536705315) * $20_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($20_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $20_1) + 0.0022684347350150347) * $20_1) + 0.0048935250379145145));
$12_1 = Math_fround(Math_fround($13_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($22_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $22_1) + (-8.604671836165423e-11)) * $22_1) + 5.122297253024044e-8) * $22_1) + 0.000014857223504805006) * $22_1) + 0.0006372619536705315) * $22_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($22_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $22_1) + 0.0022684347350150347) * $22_1) + 0.0048935250379145145));
$14_1 = Math_fround(Math_fround($14_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $18_1) + (-8.604671836165423e-11)) * $18_1) + 5.122297253024044e-8) * $18_1) + 0.000014857223504805006) * $18_1) + 0.0006372619536705315) * $18_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $18_1) + 0.0022684347350150347) * $18_1) + 0.0048935250379145145));
$13_1 = Math_fround(Math_fround($24_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($21 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $21) + (-8.604671836165423e-11)) * $21) + 5.122297253024044e-8) * $21) + 0.000014857223504805006) * $21) + 0.0006372619536705315) * $21) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($21 * 0.0000011982583600911312) + 0.00011853470641653985) * $21) + 0.0022684347350150347) * $21) + 0.0048935250379145145));
break block7;
}
if (($4_1 | 0) == (2 | 0)) {
$26_1 = Math_fround(-$15_1);
$15_1 = $26_1;
$15_1 = $15_1 > 88.37625885009766 ? 88.37625885009766 : $15_1;
$27_1 = $15_1 < (-87) ? (-87) : $15_1;
$15_1 = Math_fround(Math_fround($27_1 * 1.4426950216293335) + 12582912);
$34_1 = Math_fround($15_1 + (-12582912));
$31_1 = Math_fround(-$13_1);
$13_1 = $31_1;
$13_1 = $13_1 > 88.37625885009766 ? 88.37625885009766 : $13_1;
$32_1 = $13_1 < (-87) ? (-87) : $13_1;
$20_1 = Math_fround(Math_fround($32_1 * 1.4426950216293335) + 12582912);
$35_1 = Math_fround($20_1 + (-12582912));
$21 = Math_fround(-$12_1);
$12_1 = $21;
$12_1 = $12_1 > 88.37625885009766 ? 88.37625885009766 : $12_1;
$22_1 = $12_1 < (-87) ? (-87) : $12_1;
$18_1 = Math_fround(Math_fround($22_1 * 1.4426950216293335) + 12582912);
$23_1 = Math_fround($18_1 + (-12582912));
$24_1 = Math_fround(-$14_1);
$12_1 = $24_1;
$12_1 = $12_1 > 88.37625885009766 ? 88.37625885009766 : $12_1;
$13_1 = $12_1 < (-87) ? (-87) : $12_1;
$14_1 = Math_fround(Math_fround($13_1 * 1.4426950216293335) + 12582912);
$28_1 = Math_fround($14_1 + (-12582912));
$12_1 = Math_fround(Math_fround($27_1 - Math_fround($34_1 * 0.693359375)) + Math_fround($34_1 * 0.00021219444170128554));
$15_1 = Math_fround(1 / Math_fround(($26_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($12_1 * 0.00019875691214110702) + 0.001398199936375022) * $12_1) + 0.008333452045917511) * $12_1) + 0.04166579619050026) * $12_1) + 0.1666666567325592) * $12_1) + 0.5) * $12_1) * $12_1) + $12_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($15_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$12_1 = Math_fround(Math_fround($22_1 - Math_fround($23_1 * 0.693359375)) + Math_fround($23_1 * 0.00021219444170128554));
$12_1 = Math_fround(1 / Math_fround(($21 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($12_1 * 0.00019875691214110702) + 0.001398199936375022) * $12_1) + 0.008333452045917511) * $12_1) + 0.04166579619050026) * $12_1) + 0.1666666567325592) * $12_1) + 0.5) * $12_1) * $12_1) + $12_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($18_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($13_1 - Math_fround($28_1 * 0.693359375)) + Math_fround($28_1 * 0.00021219444170128554));
$14_1 = Math_fround(1 / Math_fround(($24_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($14_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($32_1 - Math_fround($35_1 * 0.693359375)) + Math_fround($35_1 * 0.00021219444170128554));
$13_1 = Math_fround(1 / Math_fround(($31_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($20_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block7;
}
if (($4_1 | 0) == (3 | 0)) {
$15_1 = Math_fround(Math_fround($15_1 * 0.20000000298023224) + 0.5);
$15_1 = $15_1 > 1 ? 1 : $15_1;
$15_1 = $15_1 < 0 ? 0 : $15_1;
$12_1 = Math_fround(Math_fround($12_1 * 0.20000000298023224) + 0.5);
$12_1 = $12_1 > 1 ? 1 : $12_1;
$12_1 = $12_1 < 0 ? 0 : $12_1;
$14_1 = Math_fround(Math_fround($14_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$14_1 = $14_1 < 0 ? 0 : $14_1;
$13_1 = Math_fround(Math_fround($13_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
break block7;
}
if (($4_1 | 0) == (4 | 0)) {
$15_1 = $15_1 < 0 ? 0 : $15_1;
$12_1 = $12_1 < 0 ? 0 : $12_1;
$14_1 = $14_1 < 0 ? 0 : $14_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
}
}
if (($16_1 | 0) >= (4 | 0)) {
HEAPF32[$19_1 >> 2] = $15_1;
HEAPF32[($19_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($19_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($19_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($16_1 | 0) > (0 | 0)) {
HEAPF32[$19_1 >> 2] = $15_1
}
if (($16_1 | 0) > (1 | 0)) {
HEAPF32[($19_1 + 4 | 0) >> 2] = $13_1
}
if (($16_1 | 0) > (2 | 0)) {
HEAPF32[($19_1 + 8 | 0) >> 2] = $12_1
}
}
$29_1 = $29_1 + 4 | 0;
$30_1 = $30_1 + 16 | 0;
continue label;
}
break label;
};
$36_1 = $36_1 + 1 | 0;
continue label1;
}
break label1;
};
$26($1, $2_1, $2_1, $7_1, $2_1, 0, $10_1, ($33_1 << 1 | 0) + $5_1 | 0, Math_imul($2_1, 3), 1, 0, $11_1);
$19_1 = Math_imul($1, $33_1) + $6_1 | 0;
$25_1 = 0;
label3 : while (1) {
if (($1 | 0) > ($25_1 | 0)) {
$16_1 = Math_imul($25_1, $33_1);
$37_1 = Math_imul($16_1, 3) + $5_1 | 0;
$36_1 = $37_1 + ($33_1 << 1 | 0) | 0;
$39_1 = $6_1 + $16_1 | 0;
$40_1 = $16_1 + $19_1 | 0;
$20_1 = $8_1 ? HEAPF32[(($25_1 << 2 | 0) + $8_1 | 0) >> 2] : 1;
$30_1 = 0;
$29_1 = 0;
label2 : while (1) {
if (($2_1 | 0) > ($30_1 | 0)) {
$17_1 = $29_1 + $37_1 | 0;
$16_1 = $2_1 - $30_1 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$21 = HEAPF32[$17_1 >> 2];
$41_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$42_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
$18_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
} else {
$12_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$21 = $12_1;
$41_1 = lane1;
$42_1 = lane2;
$18_1 = 0;
}
$17_1 = $29_1 + $39_1 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$22_1 = HEAPF32[$17_1 >> 2];
$32_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$38_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
$24_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
} else {
$12_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$22_1 = $12_1;
$32_1 = lane1;
$38_1 = lane2;
$24_1 = 0;
}
$17_1 = $29_1 + $36_1 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$14_1 = HEAPF32[$17_1 >> 2];
$15_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$13_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
} else {
$12_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$14_1 = $12_1;
$15_1 = lane1;
$13_1 = lane2;
$12_1 = 0;
}
block13 : {
if (($3_1 | 0) == (1 | 0)) {
$14_1 = $14_1 > 7.905311107635498 ? 7.905311107635498 : $14_1;
$31_1 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$23_1 = Math_fround($31_1 * $31_1);
$14_1 = $15_1 > 7.905311107635498 ? 7.905311107635498 : $15_1;
$15_1 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$28_1 = Math_fround($15_1 * $15_1);
$14_1 = $13_1 > 7.905311107635498 ? 7.905311107635498 : $13_1;
$13_1 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$26_1 = Math_fround($13_1 * $13_1);
$12_1 = $12_1 > 7.905311107635498 ? 7.905311107635498 : $12_1;
$12_1 = $12_1 < (-7.905311107635498) ? (-7.905311107635498) : $12_1;
$27_1 = Math_fround($12_1 * $12_1);
$14_1 = Math_fround(Math_fround($31_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($23_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $23_1) + (-8.604671836165423e-11)) * $23_1) + 5.122297253024044e-8) * $23_1) + 0.000014857223504805006) * $23_1) + 0.0006372619536705315) * $23_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($23_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $23_1) + 0.0022684347350150347) * $23_1) + 0.0048935250379145145));
$15_1 = Math_fround(Math_fround($15_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($28_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $28_1) + (-8.604671836165423e-11)) * $28_1) + 5.122297253024044e-8) * $28_1) + 0.000014857223504805006) * $28_1) + 0.0006372619536705315) * $28_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($28_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $28_1) + 0.0022684347350150347) * $28_1) + 0.0048935250379145145));
$12_1 = Math_fround(Math_fround($12_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($27_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $27_1) + (-8.604671836165423e-11)) * $27_1) + 5.122297253024044e-8) * $27_1) + 0.000014857223504805006) * $27_1) + 0.0006372619536705315) * $27_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($27_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $27_1) + 0.0022684347350150347) * $27_1) + 0.0048935250379145145));
$13_1 = Math_fround(Math_fround($13_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($26_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $26_1) + (-8.604671836165423e-11)) * $26_1) + 5.122297253024044e-8) * $26_1) + 0.000014857223504805006) * $26_1) + 0.0006372619536705315) * $26_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($26_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $26_1) + 0.0022684347350150347) * $26_1) + 0.0048935250379145145));
break block13;
}
if (($3_1 | 0) == (2 | 0)) {
$44_1 = Math_fround(-$14_1);
$14_1 = $44_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$45_1 = $14_1 < (-87) ? (-87) : $14_1;
$34_1 = Math_fround(Math_fround($45_1 * 1.4426950216293335) + 12582912);
$46_1 = Math_fround($34_1 + (-12582912));
$35_1 = Math_fround(-$15_1);
$14_1 = $35_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$23_1 = $14_1 < (-87) ? (-87) : $14_1;
$15_1 = Math_fround(Math_fround($23_1 * 1.4426950216293335) + 12582912);
$47_1 = Math_fround($15_1 + (-12582912));
$28_1 = Math_fround(-$13_1);
$14_1 = $28_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$26_1 = $14_1 < (-87) ? (-87) : $14_1;
$27_1 = Math_fround(Math_fround($26_1 * 1.4426950216293335) + 12582912);
$48_1 = Math_fround($27_1 + (-12582912));
$31_1 = Math_fround(-$12_1);
$12_1 = $31_1;
$12_1 = $12_1 > 88.37625885009766 ? 88.37625885009766 : $12_1;
$13_1 = $12_1 < (-87) ? (-87) : $12_1;
$12_1 = Math_fround(Math_fround($13_1 * 1.4426950216293335) + 12582912);
$49_1 = Math_fround($12_1 + (-12582912));
$14_1 = Math_fround(Math_fround($45_1 - Math_fround($46_1 * 0.693359375)) + Math_fround($46_1 * 0.00021219444170128554));
$14_1 = Math_fround(1 / Math_fround(($44_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.00019875691214110702) + 0.001398199936375022) * $14_1) + 0.008333452045917511) * $14_1) + 0.04166579619050026) * $14_1) + 0.1666666567325592) * $14_1) + 0.5) * $14_1) * $14_1) + $14_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($34_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$23_1 = Math_fround(Math_fround($23_1 - Math_fround($47_1 * 0.693359375)) + Math_fround($47_1 * 0.00021219444170128554));
$15_1 = Math_fround(1 / Math_fround(($35_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($23_1 * 0.00019875691214110702) + 0.001398199936375022) * $23_1) + 0.008333452045917511) * $23_1) + 0.04166579619050026) * $23_1) + 0.1666666567325592) * $23_1) + 0.5) * $23_1) * $23_1) + $23_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($15_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($13_1 - Math_fround($49_1 * 0.693359375)) + Math_fround($49_1 * 0.00021219444170128554));
$12_1 = Math_fround(1 / Math_fround(($31_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($12_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($26_1 - Math_fround($48_1 * 0.693359375)) + Math_fround($48_1 * 0.00021219444170128554));
$13_1 = Math_fround(1 / Math_fround(($28_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($27_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block13;
}
if (($3_1 | 0) == (3 | 0)) {
$14_1 = Math_fround(Math_fround($14_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$14_1 = $14_1 < 0 ? 0 : $14_1;
$15_1 = Math_fround(Math_fround($15_1 * 0.20000000298023224) + 0.5);
$15_1 = $15_1 > 1 ? 1 : $15_1;
$15_1 = $15_1 < 0 ? 0 : $15_1;
$12_1 = Math_fround(Math_fround($12_1 * 0.20000000298023224) + 0.5);
$12_1 = $12_1 > 1 ? 1 : $12_1;
$12_1 = $12_1 < 0 ? 0 : $12_1;
$13_1 = Math_fround(Math_fround($13_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
break block13;
}
if (($3_1 | 0) == (4 | 0)) {
$14_1 = $14_1 < 0 ? 0 : $14_1;
$15_1 = $15_1 < 0 ? 0 : $15_1;
$12_1 = $12_1 < 0 ? 0 : $12_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
}
}
$17_1 = $29_1 + $36_1 | 0;
if (($16_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $14_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $13_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $12_1;
} else {
if (($16_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $14_1
}
if (($16_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $15_1
}
if (($16_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $13_1
}
}
$14_1 = Math_fround(Math_fround($21 * $22_1) + Math_fround(Math_fround(1 - $21) * $14_1));
$15_1 = Math_fround(Math_fround($41_1 * $32_1) + Math_fround(Math_fround(1 - $41_1) * $15_1));
$13_1 = Math_fround(Math_fround($42_1 * $38_1) + Math_fround(Math_fround(1 - $42_1) * $13_1));
$12_1 = Math_fround(Math_fround($18_1 * $24_1) + Math_fround(Math_fround(1 - $18_1) * $12_1));
if ($8_1) {
$18_1 = Math_fround(1 - $20_1);
$14_1 = Math_fround(Math_fround($14_1 * $20_1) + Math_fround($22_1 * $18_1));
$15_1 = Math_fround(Math_fround($15_1 * $20_1) + Math_fround($32_1 * $18_1));
$13_1 = Math_fround(Math_fround($13_1 * $20_1) + Math_fround($38_1 * $18_1));
$12_1 = Math_fround(Math_fround($12_1 * $20_1) + Math_fround($24_1 * $18_1));
}
$17_1 = $29_1 + $40_1 | 0;
if (($16_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $14_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $13_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $12_1;
} else {
if (($16_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $14_1
}
if (($16_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $15_1
}
if (($16_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $13_1
}
}
$30_1 = $30_1 + 4 | 0;
$29_1 = $29_1 + 16 | 0;
continue label2;
}
break label2;
};
$25_1 = $25_1 + 1 | 0;
continue label3;
}
break label3;
};
$6_1 = Math_imul($1, $33_1);
$5_1 = Math_imul($6_1, 3) + $5_1 | 0;
$7_1 = $6_1 + $7_1 | 0;
$6_1 = $19_1;
$8_1 = $8_1 ? ($1 << 2 | 0) + $8_1 | 0 : $8_1;
$43_1 = $43_1 + 1 | 0;
continue label4;
}
break label4;
};
}
function $29($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1, $12_1, $13_1, $14_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
$8_1 = $8_1 | 0;
$9_1 = $9_1 | 0;
$10_1 = $10_1 | 0;
$11_1 = $11_1 | 0;
$12_1 = $12_1 | 0;
$13_1 = $13_1 | 0;
$14_1 = $14_1 | 0;
var $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0, $56_1 = 0, $57_1 = 0, $58_1 = 0, $59_1 = 0, $60_1 = 0, $61_1 = 0, $62_1 = 0, $63_1 = 0, $64_1 = 0, $65 = 0, $66 = 0, $67 = 0, $68 = 0, $69 = 0, $70 = 0, $71 = 0, $72 = 0, $73 = 0, $74 = 0, $75 = 0, $76 = 0, $77 = 0, $78 = 0;
$70 = $3_1 ? 3 : 4;
$58_1 = $2_1 << 2 | 0;
$61_1 = Math_imul($58_1, $1);
$56_1 = $0 - 1 | 0;
label2 : while (1) {
if (($56_1 | 0) >= (0 | 0)) {
$0 = Math_imul($56_1, $61_1);
$75 = $0 + $9_1 | 0;
$76 = Math_imul($0, $70) + $11_1 | 0;
$59_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($59_1 | 0)) {
$50_1 = Math_imul($56_1, $61_1) + Math_imul($59_1, $58_1) | 0;
$62_1 = Math_imul($70, $50_1) + $6_1 | 0;
$71 = $3_1 ? $62_1 : $58_1 + $62_1 | 0;
$72 = $71 + $58_1 | 0;
$74 = $72 + $58_1 | 0;
$63_1 = $11_1 - $6_1 | 0;
if ($12_1) {
$35_1 = HEAPF32[(((Math_imul($1, $56_1) + $59_1 | 0) << 2 | 0) + $12_1 | 0) >> 2]
} else {
$35_1 = 1
}
$64_1 = 0;
$24_1 = 0;
label : while (1) {
if (($2_1 | 0) > ($64_1 | 0)) {
$0 = $24_1 + $71 | 0;
$15_1 = $2_1 - $64_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$41_1 = HEAPF32[($0 + 4 | 0) >> 2];
$42_1 = HEAPF32[($0 + 8 | 0) >> 2];
$43_1 = HEAPF32[($0 + 12 | 0) >> 2];
$16_1 = HEAPF32[$0 >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$41_1 = lane1;
$42_1 = lane2;
$43_1 = 0;
}
$51_1 = $16_1;
$0 = $24_1 + $72 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$44_1 = HEAPF32[($0 + 4 | 0) >> 2];
$45_1 = HEAPF32[($0 + 8 | 0) >> 2];
$46_1 = HEAPF32[($0 + 12 | 0) >> 2];
$16_1 = HEAPF32[$0 >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$44_1 = lane1;
$45_1 = lane2;
$46_1 = 0;
}
$36_1 = $16_1;
$0 = $24_1 + $74 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$20_1 = HEAPF32[($0 + 4 | 0) >> 2];
$21 = HEAPF32[($0 + 8 | 0) >> 2];
$37_1 = HEAPF32[($0 + 12 | 0) >> 2];
$16_1 = HEAPF32[$0 >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$20_1 = lane1;
$21 = lane2;
$37_1 = 0;
}
$17_1 = $16_1;
if ($3_1) {
$47_1 = Math_fround(1 - $51_1);
$48_1 = Math_fround(1 - $41_1);
$49_1 = Math_fround(1 - $42_1);
$16_1 = Math_fround(1 - $43_1);
} else {
$0 = $24_1 + $62_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$47_1 = HEAPF32[$0 >> 2];
$48_1 = HEAPF32[($0 + 4 | 0) >> 2];
$49_1 = HEAPF32[($0 + 8 | 0) >> 2];
$16_1 = HEAPF32[($0 + 12 | 0) >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$47_1 = $16_1;
$48_1 = lane1;
$49_1 = lane2;
$16_1 = 0;
}
}
$54_1 = $16_1;
$0 = ($7_1 + $50_1 | 0) + $24_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$25_1 = HEAPF32[($0 + 4 | 0) >> 2];
$26_1 = HEAPF32[($0 + 8 | 0) >> 2];
$65 = HEAPF32[($0 + 12 | 0) >> 2];
$16_1 = HEAPF32[$0 >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$25_1 = lane1;
$26_1 = lane2;
$65 = 0;
}
$19_1 = $16_1;
$0 = ($8_1 + $50_1 | 0) + $24_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$52_1 = HEAPF32[($0 + 4 | 0) >> 2];
$53_1 = HEAPF32[($0 + 8 | 0) >> 2];
$38_1 = HEAPF32[($0 + 12 | 0) >> 2];
$16_1 = HEAPF32[$0 >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$52_1 = lane1;
$53_1 = lane2;
$38_1 = 0;
}
$23_1 = $16_1;
$0 = (($9_1 + $61_1 | 0) + $50_1 | 0) + $24_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$27_1 = HEAPF32[$0 >> 2];
$29_1 = HEAPF32[($0 + 8 | 0) >> 2];
$57_1 = HEAPF32[($0 + 12 | 0) >> 2];
$16_1 = HEAPF32[($0 + 4 | 0) >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$27_1 = $16_1;
$29_1 = lane2;
$57_1 = 0;
$16_1 = lane1;
}
$39_1 = $27_1;
$40_1 = $16_1;
$55_1 = $29_1;
$0 = (($10_1 + $61_1 | 0) + $50_1 | 0) + $24_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$27_1 = HEAPF32[$0 >> 2];
$29_1 = HEAPF32[($0 + 8 | 0) >> 2];
$60_1 = HEAPF32[($0 + 12 | 0) >> 2];
$16_1 = HEAPF32[($0 + 4 | 0) >> 2];
} else {
$16_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$27_1 = $16_1;
$29_1 = lane2;
$60_1 = 0;
$16_1 = lane1;
}
$0 = ($10_1 + $50_1 | 0) + $24_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$66 = HEAPF32[($0 + 4 | 0) >> 2];
$67 = HEAPF32[($0 + 8 | 0) >> 2];
$68 = HEAPF32[($0 + 12 | 0) >> 2];
$22_1 = HEAPF32[$0 >> 2];
} else {
$22_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$66 = lane1;
$67 = lane2;
$68 = 0;
}
$73 = $22_1;
if ($12_1) {
$30_1 = Math_fround(1 - $35_1);
$0 = ($9_1 + $50_1 | 0) + $24_1 | 0;
if (($15_1 | 0) >= (4 | 0)) {
$28_1 = HEAPF32[$0 >> 2];
$18_1 = HEAPF32[($0 + 8 | 0) >> 2];
$69 = HEAPF32[($0 + 12 | 0) >> 2];
$22_1 = HEAPF32[($0 + 4 | 0) >> 2];
} else {
$18_1 = ($15_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($15_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($15_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$28_1 = $18_1;
$18_1 = lane2;
$69 = 0;
$22_1 = lane1;
}
$28_1 = Math_fround($28_1 + Math_fround($39_1 * $30_1));
$22_1 = Math_fround($22_1 + Math_fround($40_1 * $30_1));
$18_1 = Math_fround($18_1 + Math_fround($55_1 * $30_1));
if (($15_1 | 0) >= (4 | 0)) {
HEAPF32[$0 >> 2] = $28_1;
HEAPF32[($0 + 4 | 0) >> 2] = $22_1;
HEAPF32[($0 + 8 | 0) >> 2] = $18_1;
HEAPF32[($0 + 12 | 0) >> 2] = Math_fround($69 + Math_fround($57_1 * $30_1));
} else {
if (($15_1 | 0) > (0 | 0)) {
HEAPF32[$0 >> 2] = $28_1
}
if (($15_1 | 0) > (1 | 0)) {
HEAPF32[($0 + 4 | 0) >> 2] = $22_1
}
if (($15_1 | 0) > (2 | 0)) {
HEAPF32[($0 + 8 | 0) >> 2] = $18_1
}
}
$73 = Math_fround($73 + Math_fround($27_1 * $30_1));
$66 = Math_fround($66 + Math_fround($16_1 * $30_1));
$67 = Math_fround($67 + Math_fround($29_1 * $30_1));
$68 = Math_fround($68 + Math_fround($60_1 * $30_1));
$39_1 = Math_fround($39_1 * $35_1);
$40_1 = Math_fround($40_1 * $35_1);
$55_1 = Math_fround($55_1 * $35_1);
$57_1 = Math_fround($57_1 * $35_1);
$29_1 = Math_fround($29_1 * $35_1);
$60_1 = Math_fround($60_1 * $35_1);
$27_1 = Math_fround($27_1 * $35_1);
$16_1 = Math_fround($16_1 * $35_1);
}
$69 = Math_fround($39_1 * $17_1);
$77 = Math_fround($40_1 * $20_1);
$78 = Math_fround($55_1 * $21);
block10 : {
if (($4_1 | 0) == (1 | 0)) {
$22_1 = Math_fround(1 - Math_fround($52_1 * $52_1));
$18_1 = Math_fround(1 - Math_fround($53_1 * $53_1));
$30_1 = Math_fround(1 - Math_fround($38_1 * $38_1));
$28_1 = Math_fround(1 - Math_fround($23_1 * $23_1));
break block10;
}
if (($4_1 | 0) == (2 | 0)) {
$22_1 = Math_fround($52_1 * Math_fround(1 - $52_1));
$18_1 = Math_fround($53_1 * Math_fround(1 - $53_1));
$30_1 = Math_fround($38_1 * Math_fround(1 - $38_1));
$28_1 = Math_fround($23_1 * Math_fround(1 - $23_1));
break block10;
}
$0 = $23_1 > 0;
$31_1 = $52_1 > 0;
$32_1 = $53_1 > 0;
$33_1 = $38_1 > 0;
if (($4_1 | 0) == (3 | 0)) {
$22_1 = $31_1 & $52_1 < 1 | 0 ? 0.20000000298023224 : 0;
$18_1 = $32_1 & $53_1 < 1 | 0 ? 0.20000000298023224 : 0;
$30_1 = $33_1 & $38_1 < 1 | 0 ? 0.20000000298023224 : 0;
$28_1 = $0 & $23_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block10;
}
if (($4_1 | 0) == (4 | 0)) {
$22_1 = $31_1 ? 1 : 0;
$18_1 = $32_1 ? 1 : 0;
$30_1 = $33_1 ? 1 : 0;
$28_1 = $0 ? 1 : 0;
break block10;
}
$22_1 = 1;
$18_1 = 1;
$30_1 = 1;
$28_1 = 1;
}
$0 = ($63_1 + $74 | 0) + $24_1 | 0;
$40_1 = Math_fround($40_1 * $52_1);
$55_1 = Math_fround($55_1 * $53_1);
$39_1 = Math_fround($39_1 * $23_1);
block11 : {
if (($5_1 | 0) == (1 | 0)) {
$20_1 = Math_fround(1 - Math_fround($20_1 * $20_1));
$21 = Math_fround(1 - Math_fround($21 * $21));
$23_1 = Math_fround(1 - Math_fround($37_1 * $37_1));
$17_1 = Math_fround(1 - Math_fround($17_1 * $17_1));
break block11;
}
if (($5_1 | 0) == (2 | 0)) {
$20_1 = Math_fround($20_1 * Math_fround(1 - $20_1));
$21 = Math_fround($21 * Math_fround(1 - $21));
$23_1 = Math_fround($37_1 * Math_fround(1 - $37_1));
$17_1 = Math_fround($17_1 * Math_fround(1 - $17_1));
break block11;
}
$31_1 = $17_1 > 0;
$32_1 = $20_1 > 0;
$33_1 = $21 > 0;
$34_1 = $37_1 > 0;
if (($5_1 | 0) == (3 | 0)) {
$20_1 = $32_1 & $20_1 < 1 | 0 ? 0.20000000298023224 : 0;
$21 = $33_1 & $21 < 1 | 0 ? 0.20000000298023224 : 0;
$23_1 = $34_1 & $37_1 < 1 | 0 ? 0.20000000298023224 : 0;
$17_1 = $31_1 & $17_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block11;
}
if (($5_1 | 0) == (4 | 0)) {
$20_1 = $32_1 ? 1 : 0;
$21 = $33_1 ? 1 : 0;
$23_1 = $34_1 ? 1 : 0;
$17_1 = $31_1 ? 1 : 0;
break block11;
}
$20_1 = 1;
$21 = 1;
$23_1 = 1;
$17_1 = 1;
}
$17_1 = Math_fround($39_1 * $17_1);
$39_1 = Math_fround($40_1 * $20_1);
$40_1 = Math_fround($55_1 * $21);
if (($15_1 | 0) >= (4 | 0)) {
HEAPF32[$0 >> 2] = $17_1;
HEAPF32[($0 + 4 | 0) >> 2] = $39_1;
HEAPF32[($0 + 8 | 0) >> 2] = $40_1;
HEAPF32[($0 + 12 | 0) >> 2] = Math_fround(Math_fround($57_1 * $38_1) * $23_1);
} else {
if (($15_1 | 0) > (0 | 0)) {
HEAPF32[$0 >> 2] = $17_1
}
if (($15_1 | 0) > (1 | 0)) {
HEAPF32[($0 + 4 | 0) >> 2] = $39_1
}
if (($15_1 | 0) > (2 | 0)) {
HEAPF32[($0 + 8 | 0) >> 2] = $40_1
}
}
$23_1 = Math_fround($60_1 + Math_fround(Math_fround($57_1 * $37_1) * $30_1));
$0 = ($63_1 + $72 | 0) + $24_1 | 0;
$27_1 = Math_fround($27_1 + Math_fround($69 * $28_1));
$37_1 = Math_fround($27_1 * $47_1);
$28_1 = Math_fround($16_1 + Math_fround($77 * $22_1));
$38_1 = Math_fround($28_1 * $48_1);
$22_1 = Math_fround($29_1 + Math_fround($78 * $18_1));
$29_1 = Math_fround($22_1 * $49_1);
block12 : {
if (($4_1 | 0) == (1 | 0)) {
$17_1 = Math_fround(1 - Math_fround($36_1 * $36_1));
$20_1 = Math_fround(1 - Math_fround($44_1 * $44_1));
$21 = Math_fround(1 - Math_fround($45_1 * $45_1));
$16_1 = Math_fround(1 - Math_fround($46_1 * $46_1));
break block12;
}
if (($4_1 | 0) == (2 | 0)) {
$17_1 = Math_fround($36_1 * Math_fround(1 - $36_1));
$20_1 = Math_fround($44_1 * Math_fround(1 - $44_1));
$21 = Math_fround($45_1 * Math_fround(1 - $45_1));
$16_1 = Math_fround($46_1 * Math_fround(1 - $46_1));
break block12;
}
$31_1 = $36_1 > 0;
$32_1 = $44_1 > 0;
$33_1 = $45_1 > 0;
$34_1 = $46_1 > 0;
if (($4_1 | 0) == (3 | 0)) {
$17_1 = $31_1 & $36_1 < 1 | 0 ? 0.20000000298023224 : 0;
$20_1 = $32_1 & $44_1 < 1 | 0 ? 0.20000000298023224 : 0;
$21 = $33_1 & $45_1 < 1 | 0 ? 0.20000000298023224 : 0;
$16_1 = $34_1 & $46_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block12;
}
if (($4_1 | 0) == (4 | 0)) {
$17_1 = $31_1 ? 1 : 0;
$20_1 = $32_1 ? 1 : 0;
$21 = $33_1 ? 1 : 0;
$16_1 = $34_1 ? 1 : 0;
break block12;
}
$17_1 = 1;
$20_1 = 1;
$21 = 1;
$16_1 = 1;
}
$17_1 = Math_fround($37_1 * $17_1);
$18_1 = Math_fround($38_1 * $20_1);
$29_1 = Math_fround($29_1 * $21);
if (($15_1 | 0) >= (4 | 0)) {
HEAPF32[$0 >> 2] = $17_1;
HEAPF32[($0 + 4 | 0) >> 2] = $18_1;
HEAPF32[($0 + 8 | 0) >> 2] = $29_1;
HEAPF32[($0 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 * $54_1) * $16_1);
} else {
if (($15_1 | 0) > (0 | 0)) {
HEAPF32[$0 >> 2] = $17_1
}
if (($15_1 | 0) > (1 | 0)) {
HEAPF32[($0 + 4 | 0) >> 2] = $18_1
}
if (($15_1 | 0) > (2 | 0)) {
HEAPF32[($0 + 8 | 0) >> 2] = $29_1
}
}
$0 = ($63_1 + $71 | 0) + $24_1 | 0;
if ($3_1) {
$25_1 = Math_fround($25_1 - $44_1);
$26_1 = Math_fround($26_1 - $45_1);
$65 = Math_fround($65 - $46_1);
$19_1 = Math_fround($19_1 - $36_1);
}
$17_1 = Math_fround($27_1 * $19_1);
$18_1 = Math_fround($28_1 * $25_1);
$29_1 = Math_fround($22_1 * $26_1);
block13 : {
if (($5_1 | 0) == (1 | 0)) {
$19_1 = Math_fround(1 - Math_fround($51_1 * $51_1));
$25_1 = Math_fround(1 - Math_fround($41_1 * $41_1));
$26_1 = Math_fround(1 - Math_fround($42_1 * $42_1));
$16_1 = Math_fround(1 - Math_fround($43_1 * $43_1));
break block13;
}
if (($5_1 | 0) == (2 | 0)) {
$19_1 = Math_fround($51_1 * Math_fround(1 - $51_1));
$25_1 = Math_fround($41_1 * Math_fround(1 - $41_1));
$26_1 = Math_fround($42_1 * Math_fround(1 - $42_1));
$16_1 = Math_fround($43_1 * Math_fround(1 - $43_1));
break block13;
}
$31_1 = $51_1 > 0;
$32_1 = $41_1 > 0;
$33_1 = $42_1 > 0;
$34_1 = $43_1 > 0;
if (($5_1 | 0) == (3 | 0)) {
$19_1 = $31_1 & $51_1 < 1 | 0 ? 0.20000000298023224 : 0;
$25_1 = $32_1 & $41_1 < 1 | 0 ? 0.20000000298023224 : 0;
$26_1 = $33_1 & $42_1 < 1 | 0 ? 0.20000000298023224 : 0;
$16_1 = $34_1 & $43_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block13;
}
if (($5_1 | 0) == (4 | 0)) {
$19_1 = $31_1 ? 1 : 0;
$25_1 = $32_1 ? 1 : 0;
$26_1 = $33_1 ? 1 : 0;
$16_1 = $34_1 ? 1 : 0;
break block13;
}
$19_1 = 1;
$25_1 = 1;
$26_1 = 1;
$16_1 = 1;
}
$19_1 = Math_fround($17_1 * $19_1);
$17_1 = Math_fround($18_1 * $25_1);
$18_1 = Math_fround($29_1 * $26_1);
if (($15_1 | 0) >= (4 | 0)) {
HEAPF32[$0 >> 2] = $19_1;
HEAPF32[($0 + 4 | 0) >> 2] = $17_1;
HEAPF32[($0 + 8 | 0) >> 2] = $18_1;
HEAPF32[($0 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 * $65) * $16_1);
} else {
if (($15_1 | 0) > (0 | 0)) {
HEAPF32[$0 >> 2] = $19_1
}
if (($15_1 | 0) > (1 | 0)) {
HEAPF32[($0 + 4 | 0) >> 2] = $17_1
}
if (($15_1 | 0) > (2 | 0)) {
HEAPF32[($0 + 8 | 0) >> 2] = $18_1
}
}
if (!$3_1) {
$0 = ($63_1 + $62_1 | 0) + $24_1 | 0;
$17_1 = Math_fround($27_1 * $36_1);
$18_1 = Math_fround($28_1 * $44_1);
$36_1 = Math_fround($22_1 * $45_1);
block14 : {
if (($5_1 | 0) == (1 | 0)) {
$19_1 = Math_fround(1 - Math_fround($47_1 * $47_1));
$25_1 = Math_fround(1 - Math_fround($48_1 * $48_1));
$26_1 = Math_fround(1 - Math_fround($49_1 * $49_1));
$16_1 = Math_fround(1 - Math_fround($54_1 * $54_1));
break block14;
}
if (($5_1 | 0) == (2 | 0)) {
$19_1 = Math_fround($47_1 * Math_fround(1 - $47_1));
$25_1 = Math_fround($48_1 * Math_fround(1 - $48_1));
$26_1 = Math_fround($49_1 * Math_fround(1 - $49_1));
$16_1 = Math_fround($54_1 * Math_fround(1 - $54_1));
break block14;
}
$31_1 = $47_1 > 0;
$32_1 = $48_1 > 0;
$33_1 = $49_1 > 0;
$34_1 = $54_1 > 0;
if (($5_1 | 0) == (3 | 0)) {
$19_1 = $31_1 & $47_1 < 1 | 0 ? 0.20000000298023224 : 0;
$25_1 = $32_1 & $48_1 < 1 | 0 ? 0.20000000298023224 : 0;
$26_1 = $33_1 & $49_1 < 1 | 0 ? 0.20000000298023224 : 0;
$16_1 = $34_1 & $54_1 < 1 | 0 ? 0.20000000298023224 : 0;
break block14;
}
if (($5_1 | 0) == (4 | 0)) {
$19_1 = $31_1 ? 1 : 0;
$25_1 = $32_1 ? 1 : 0;
$26_1 = $33_1 ? 1 : 0;
$16_1 = $34_1 ? 1 : 0;
break block14;
}
$19_1 = 1;
$25_1 = 1;
$26_1 = 1;
$16_1 = 1;
}
$19_1 = Math_fround($17_1 * $19_1);
$17_1 = Math_fround($18_1 * $25_1);
$18_1 = Math_fround($36_1 * $26_1);
if (($15_1 | 0) >= (4 | 0)) {
HEAPF32[$0 >> 2] = $19_1;
HEAPF32[($0 + 4 | 0) >> 2] = $17_1;
HEAPF32[($0 + 8 | 0) >> 2] = $18_1;
HEAPF32[($0 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 * $46_1) * $16_1);
} else {
if (($15_1 | 0) > (0 | 0)) {
HEAPF32[$0 >> 2] = $19_1
}
if (($15_1 | 0) > (1 | 0)) {
HEAPF32[($0 + 4 | 0) >> 2] = $17_1
}
if (($15_1 | 0) > (2 | 0)) {
HEAPF32[($0 + 8 | 0) >> 2] = $18_1
}
}
}
$0 = ($10_1 + $50_1 | 0) + $24_1 | 0;
$16_1 = Math_fround($73 + Math_fround($27_1 * $51_1));
$27_1 = Math_fround($66 + Math_fround($28_1 * $41_1));
$19_1 = Math_fround($67 + Math_fround($22_1 * $42_1));
if (($15_1 | 0) >= (4 | 0)) {
HEAPF32[$0 >> 2] = $16_1;
HEAPF32[($0 + 4 | 0) >> 2] = $27_1;
HEAPF32[($0 + 8 | 0) >> 2] = $19_1;
HEAPF32[($0 + 12 | 0) >> 2] = Math_fround($68 + Math_fround($23_1 * $43_1));
} else {
if (($15_1 | 0) > (0 | 0)) {
HEAPF32[$0 >> 2] = $16_1
}
if (($15_1 | 0) > (1 | 0)) {
HEAPF32[($0 + 4 | 0) >> 2] = $27_1
}
if (($15_1 | 0) > (2 | 0)) {
HEAPF32[($0 + 8 | 0) >> 2] = $19_1
}
}
$64_1 = $64_1 + 4 | 0;
$24_1 = $24_1 + 16 | 0;
continue label;
}
break label;
};
$59_1 = $59_1 + 1 | 0;
continue label1;
}
break label1;
};
$0 = Math_imul($2_1, $70);
$26($1, $2_1, $0, $76, $0, 0, $13_1, $75, $2_1, 1, 0, $14_1);
$56_1 = $56_1 - 1 | 0;
continue label2;
}
break label2;
};
}
function $30($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1, $12_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
$8_1 = $8_1 | 0;
$9_1 = $9_1 | 0;
$10_1 = $10_1 | 0;
$11_1 = $11_1 | 0;
$12_1 = $12_1 | 0;
var $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0;
$51_1 = $3_1 ? 3 : 4;
$44_1 = $2_1 << 2 | 0;
$42_1 = Math_imul($44_1, $1);
label2 : while (1) {
if (($0 | 0) > ($54_1 | 0)) {
$22_1 = Math_imul($2_1, $51_1);
$26($1, $22_1, $2_1, $7_1, $2_1, 0, $11_1, $6_1, $22_1, 1, 0, $12_1);
$45_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($45_1 | 0)) {
$43_1 = Math_imul($45_1, $44_1);
$49_1 = Math_imul($51_1, $43_1) + $6_1 | 0;
$52_1 = $3_1 ? $49_1 : $44_1 + $49_1 | 0;
$53_1 = $52_1 + $44_1 | 0;
$55_1 = $53_1 + $44_1 | 0;
$37_1 = $10_1 ? HEAPF32[(($45_1 << 2 | 0) + $10_1 | 0) >> 2] : 1;
$50_1 = 0;
$35_1 = 0;
label : while (1) {
if (($2_1 | 0) > ($50_1 | 0)) {
$17_1 = $35_1 + $52_1 | 0;
$22_1 = $2_1 - $50_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
$30_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$31_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
$29_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
$15_1 = HEAPF32[$17_1 >> 2];
} else {
$15_1 = ($22_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($22_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($22_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$30_1 = lane1;
$31_1 = lane2;
$29_1 = 0;
}
$32_1 = $15_1;
block2 : {
if (($5_1 | 0) == (1 | 0)) {
$13_1 = $32_1 > 7.905311107635498 ? 7.905311107635498 : $32_1;
$19_1 = $13_1 < (-7.905311107635498) ? (-7.905311107635498) : $13_1;
$13_1 = Math_fround($19_1 * $19_1);
$15_1 = $30_1 > 7.905311107635498 ? 7.905311107635498 : $30_1;
$18_1 = $15_1 < (-7.905311107635498) ? (-7.905311107635498) : $15_1;
$15_1 = Math_fround($18_1 * $18_1);
$16_1 = $31_1 > 7.905311107635498 ? 7.905311107635498 : $31_1;
$20_1 = $16_1 < (-7.905311107635498) ? (-7.905311107635498) : $16_1;
$16_1 = Math_fround($20_1 * $20_1);
$14_1 = $29_1 > 7.905311107635498 ? 7.905311107635498 : $29_1;
$21 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$14_1 = Math_fround($21 * $21);
$32_1 = Math_fround(Math_fround($19_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $13_1) + (-8.604671836165423e-11)) * $13_1) + 5.122297253024044e-8) * $13_1) + 0.000014857223504805006) * $13_1) + 0.0006372619536705315) * $13_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $13_1) + 0.0022684347350150347) * $13_1) + 0.0048935250379145145));
$30_1 = Math_fround(Math_fround($18_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $15_1) + (-8.604671836165423e-11)) * $15_1) + 5.122297253024044e-8) * $15_1) + 0.000014857223504805006) * $15_1) + 0.0006372619536705315) * $15_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $15_1) + 0.0022684347350150347) * $15_1) + 0.0048935250379145145));
$31_1 = Math_fround(Math_fround($20_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $16_1) + (-8.604671836165423e-11)) * $16_1) + 5.122297253024044e-8) * $16_1) + 0.000014857223504805006) * $16_1) + 0.0006372619536705315) * $16_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $16_1) + 0.0022684347350150347) * $16_1) + 0.0048935250379145145));
$29_1 = Math_fround(Math_fround($21 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $14_1) + (-8.604671836165423e-11)) * $14_1) + 5.122297253024044e-8) * $14_1) + 0.000014857223504805006) * $14_1) + 0.0006372619536705315) * $14_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $14_1) + 0.0022684347350150347) * $14_1) + 0.0048935250379145145));
break block2;
}
if (($5_1 | 0) == (2 | 0)) {
$19_1 = Math_fround(-$32_1);
$13_1 = $19_1;
$13_1 = $13_1 > 88.37625885009766 ? 88.37625885009766 : $13_1;
$18_1 = $13_1 < (-87) ? (-87) : $13_1;
$20_1 = Math_fround(Math_fround($18_1 * 1.4426950216293335) + 12582912);
$13_1 = Math_fround($20_1 + (-12582912));
$21 = Math_fround(-$30_1);
$15_1 = $21;
$15_1 = $15_1 > 88.37625885009766 ? 88.37625885009766 : $15_1;
$28_1 = $15_1 < (-87) ? (-87) : $15_1;
$25_1 = Math_fround(Math_fround($28_1 * 1.4426950216293335) + 12582912);
$15_1 = Math_fround($25_1 + (-12582912));
$27_1 = Math_fround(-$31_1);
$16_1 = $27_1;
$16_1 = $16_1 > 88.37625885009766 ? 88.37625885009766 : $16_1;
$24_1 = $16_1 < (-87) ? (-87) : $16_1;
$34_1 = Math_fround(Math_fround($24_1 * 1.4426950216293335) + 12582912);
$16_1 = Math_fround($34_1 + (-12582912));
$29_1 = Math_fround(-$29_1);
$14_1 = $29_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$33_1 = $14_1 < (-87) ? (-87) : $14_1;
$23_1 = Math_fround(Math_fround($33_1 * 1.4426950216293335) + 12582912);
$14_1 = Math_fround($23_1 + (-12582912));
$13_1 = Math_fround(Math_fround($18_1 - Math_fround($13_1 * 0.693359375)) + Math_fround($13_1 * 0.00021219444170128554));
$32_1 = Math_fround(1 / Math_fround(($19_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($20_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($28_1 - Math_fround($15_1 * 0.693359375)) + Math_fround($15_1 * 0.00021219444170128554));
$30_1 = Math_fround(1 / Math_fround(($21 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($25_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($24_1 - Math_fround($16_1 * 0.693359375)) + Math_fround($16_1 * 0.00021219444170128554));
$31_1 = Math_fround(1 / Math_fround(($27_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($34_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($33_1 - Math_fround($14_1 * 0.693359375)) + Math_fround($14_1 * 0.00021219444170128554));
$29_1 = Math_fround(1 / Math_fround(($29_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($23_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block2;
}
if (($5_1 | 0) == (3 | 0)) {
$13_1 = Math_fround(Math_fround($32_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$32_1 = $13_1 < 0 ? 0 : $13_1;
$13_1 = Math_fround(Math_fround($30_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$30_1 = $13_1 < 0 ? 0 : $13_1;
$13_1 = Math_fround(Math_fround($31_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$31_1 = $13_1 < 0 ? 0 : $13_1;
$13_1 = Math_fround(Math_fround($29_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$29_1 = $13_1 < 0 ? 0 : $13_1;
break block2;
}
if (($5_1 | 0) == (4 | 0)) {
$30_1 = $30_1 < 0 ? 0 : $30_1;
$31_1 = $31_1 < 0 ? 0 : $31_1;
$29_1 = $29_1 < 0 ? 0 : $29_1;
$32_1 = $32_1 < 0 ? 0 : $32_1;
}
}
$17_1 = $35_1 + $53_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
$15_1 = HEAPF32[$17_1 >> 2];
$26_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$25_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
$20_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
} else {
$15_1 = ($22_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($22_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($22_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$26_1 = lane1;
$25_1 = 0;
$20_1 = lane2;
}
block6 : {
if (($4_1 | 0) == (1 | 0)) {
$13_1 = $15_1 > 7.905311107635498 ? 7.905311107635498 : $15_1;
$15_1 = $13_1 < (-7.905311107635498) ? (-7.905311107635498) : $13_1;
$13_1 = Math_fround($15_1 * $15_1);
$16_1 = $26_1 > 7.905311107635498 ? 7.905311107635498 : $26_1;
$18_1 = $16_1 < (-7.905311107635498) ? (-7.905311107635498) : $16_1;
$16_1 = Math_fround($18_1 * $18_1);
$14_1 = $20_1 > 7.905311107635498 ? 7.905311107635498 : $20_1;
$20_1 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$14_1 = Math_fround($20_1 * $20_1);
$19_1 = $25_1 > 7.905311107635498 ? 7.905311107635498 : $25_1;
$21 = $19_1 < (-7.905311107635498) ? (-7.905311107635498) : $19_1;
$19_1 = Math_fround($21 * $21);
$15_1 = Math_fround(Math_fround($15_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $13_1) + (-8.604671836165423e-11)) * $13_1) + 5.122297253024044e-8) * $13_1) + 0.000014857223504805006) * $13_1) + 0.0006372619536705315) * $13_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $13_1) + 0.0022684347350150347) * $13_1) + 0.0048935250379145145));
$26_1 = Math_fround(Math_fround($18_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $16_1) + (-8.604671836165423e-11)) * $16_1) + 5.122297253024044e-8) * $16_1) + 0.000014857223504805006) * $16_1) + 0.0006372619536705315) * $16_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $16_1) + 0.0022684347350150347) * $16_1) + 0.0048935250379145145));
$20_1 = Math_fround(Math_fround($20_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $14_1) + (-8.604671836165423e-11)) * $14_1) + 5.122297253024044e-8) * $14_1) + 0.000014857223504805006) * $14_1) + 0.0006372619536705315) * $14_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $14_1) + 0.0022684347350150347) * $14_1) + 0.0048935250379145145));
$25_1 = Math_fround(Math_fround($21 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($19_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $19_1) + (-8.604671836165423e-11)) * $19_1) + 5.122297253024044e-8) * $19_1) + 0.000014857223504805006) * $19_1) + 0.0006372619536705315) * $19_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($19_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $19_1) + 0.0022684347350150347) * $19_1) + 0.0048935250379145145));
break block6;
}
if (($4_1 | 0) == (2 | 0)) {
$15_1 = Math_fround(-$15_1);
$13_1 = $15_1;
$13_1 = $13_1 > 88.37625885009766 ? 88.37625885009766 : $13_1;
$18_1 = $13_1 < (-87) ? (-87) : $13_1;
$21 = Math_fround(Math_fround($18_1 * 1.4426950216293335) + 12582912);
$13_1 = Math_fround($21 + (-12582912));
$28_1 = Math_fround(-$26_1);
$16_1 = $28_1;
$16_1 = $16_1 > 88.37625885009766 ? 88.37625885009766 : $16_1;
$27_1 = $16_1 < (-87) ? (-87) : $16_1;
$24_1 = Math_fround(Math_fround($27_1 * 1.4426950216293335) + 12582912);
$16_1 = Math_fround($24_1 + (-12582912));
$20_1 = Math_fround(-$20_1);
$14_1 = $20_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$34_1 = $14_1 < (-87) ? (-87) : $14_1;
$33_1 = Math_fround(Math_fround($34_1 * 1.4426950216293335) + 12582912);
$14_1 = Math_fround($33_1 + (-12582912));
$25_1 = Math_fround(-$25_1);
$19_1 = $25_1;
$19_1 = $19_1 > 88.37625885009766 ? 88.37625885009766 : $19_1;
$23_1 = $19_1 < (-87) ? (-87) : $19_1;
$36_1 = Math_fround(Math_fround($23_1 * 1.4426950216293335) + 12582912);
$19_1 = Math_fround($36_1 + (-12582912));
$13_1 = Math_fround(Math_fround($18_1 - Math_fround($13_1 * 0.693359375)) + Math_fround($13_1 * 0.00021219444170128554));
$15_1 = Math_fround(1 / Math_fround(($15_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($21), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($27_1 - Math_fround($16_1 * 0.693359375)) + Math_fround($16_1 * 0.00021219444170128554));
$26_1 = Math_fround(1 / Math_fround(($28_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($24_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($34_1 - Math_fround($14_1 * 0.693359375)) + Math_fround($14_1 * 0.00021219444170128554));
$20_1 = Math_fround(1 / Math_fround(($20_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($33_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($23_1 - Math_fround($19_1 * 0.693359375)) + Math_fround($19_1 * 0.00021219444170128554));
$25_1 = Math_fround(1 / Math_fround(($25_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($36_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block6;
}
if (($4_1 | 0) == (3 | 0)) {
$13_1 = Math_fround(Math_fround($15_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$15_1 = $13_1 < 0 ? 0 : $13_1;
$13_1 = Math_fround(Math_fround($26_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$26_1 = $13_1 < 0 ? 0 : $13_1;
$13_1 = Math_fround(Math_fround($20_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$20_1 = $13_1 < 0 ? 0 : $13_1;
$13_1 = Math_fround(Math_fround($25_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$25_1 = $13_1 < 0 ? 0 : $13_1;
break block6;
}
if (($4_1 | 0) == (4 | 0)) {
$26_1 = $26_1 < 0 ? 0 : $26_1;
$20_1 = $20_1 < 0 ? 0 : $20_1;
$25_1 = $25_1 < 0 ? 0 : $25_1;
$15_1 = $15_1 < 0 ? 0 : $15_1;
}
}
$17_1 = $35_1 + $55_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
$28_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$16_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
$27_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
$13_1 = HEAPF32[$17_1 >> 2];
} else {
$14_1 = ($22_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($22_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($22_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$28_1 = lane1;
$16_1 = lane2;
$27_1 = 0;
$13_1 = $14_1;
}
block10 : {
if (($5_1 | 0) == (1 | 0)) {
$13_1 = $13_1 > 7.905311107635498 ? 7.905311107635498 : $13_1;
$18_1 = $13_1 < (-7.905311107635498) ? (-7.905311107635498) : $13_1;
$13_1 = Math_fround($18_1 * $18_1);
$14_1 = $28_1 > 7.905311107635498 ? 7.905311107635498 : $28_1;
$21 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$14_1 = Math_fround($21 * $21);
$16_1 = $16_1 > 7.905311107635498 ? 7.905311107635498 : $16_1;
$24_1 = $16_1 < (-7.905311107635498) ? (-7.905311107635498) : $16_1;
$16_1 = Math_fround($24_1 * $24_1);
$19_1 = $27_1 > 7.905311107635498 ? 7.905311107635498 : $27_1;
$27_1 = $19_1 < (-7.905311107635498) ? (-7.905311107635498) : $19_1;
$19_1 = Math_fround($27_1 * $27_1);
$28_1 = Math_fround(Math_fround($21 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $14_1) + (-8.604671836165423e-11)) * $14_1) + 5.122297253024044e-8) * $14_1) + 0.000014857223504805006) * $14_1) + 0.0006372619536705315) * $14_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $14_1) + 0.0022684347350150347) * $14_1) + 0.0048935250379145145));
$16_1 = Math_fround(Math_fround($24_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $16_1) + (-8.604671836165423e-11)) * $16_1) + 5.122297253024044e-8) * $16_1) + 0.000014857223504805006) * $16_1) + 0.0006372619536705315) * $16_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $16_1) + 0.0022684347350150347) * $16_1) + 0.0048935250379145145));
$27_1 = Math_fround(Math_fround($27_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($19_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $19_1) + (-8.604671836165423e-11)) * $19_1) + 5.122297253024044e-8) * $19_1) + 0.000014857223504805006) * $19_1) + 0.0006372619536705315) * $19_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($19_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $19_1) + 0.0022684347350150347) * $19_1) + 0.0048935250379145145));
$13_1 = Math_fround(Math_fround($18_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $13_1) + (-8.604671836165423e-11)) * $13_1) + 5.122297253024044e-8) * $13_1) + 0.000014857223504805006) * $13_1) + 0.0006372619536705315) * $13_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $13_1) + 0.0022684347350150347) * $13_1) + 0.0048935250379145145));
break block10;
}
if (($5_1 | 0) == (2 | 0)) {
$21 = Math_fround(-$13_1);
$13_1 = $21;
$13_1 = $13_1 > 88.37625885009766 ? 88.37625885009766 : $13_1;
$24_1 = $13_1 < (-87) ? (-87) : $13_1;
$34_1 = Math_fround(Math_fround($24_1 * 1.4426950216293335) + 12582912);
$13_1 = Math_fround($34_1 + (-12582912));
$28_1 = Math_fround(-$28_1);
$14_1 = $28_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$33_1 = $14_1 < (-87) ? (-87) : $14_1;
$23_1 = Math_fround(Math_fround($33_1 * 1.4426950216293335) + 12582912);
$14_1 = Math_fround($23_1 + (-12582912));
$36_1 = Math_fround(-$16_1);
$16_1 = $36_1;
$16_1 = $16_1 > 88.37625885009766 ? 88.37625885009766 : $16_1;
$38_1 = $16_1 < (-87) ? (-87) : $16_1;
$39_1 = Math_fround(Math_fround($38_1 * 1.4426950216293335) + 12582912);
$19_1 = Math_fround($39_1 + (-12582912));
$27_1 = Math_fround(-$27_1);
$16_1 = $27_1;
$16_1 = $16_1 > 88.37625885009766 ? 88.37625885009766 : $16_1;
$40_1 = $16_1 < (-87) ? (-87) : $16_1;
$41_1 = Math_fround(Math_fround($40_1 * 1.4426950216293335) + 12582912);
$18_1 = Math_fround($41_1 + (-12582912));
$16_1 = Math_fround(Math_fround($33_1 - Math_fround($14_1 * 0.693359375)) + Math_fround($14_1 * 0.00021219444170128554));
$28_1 = Math_fround(1 / Math_fround(($28_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * 0.00019875691214110702) + 0.001398199936375022) * $16_1) + 0.008333452045917511) * $16_1) + 0.04166579619050026) * $16_1) + 0.1666666567325592) * $16_1) + 0.5) * $16_1) * $16_1) + $16_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($23_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$16_1 = Math_fround(Math_fround($38_1 - Math_fround($19_1 * 0.693359375)) + Math_fround($19_1 * 0.00021219444170128554));
$16_1 = Math_fround(1 / Math_fround(($36_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($16_1 * 0.00019875691214110702) + 0.001398199936375022) * $16_1) + 0.008333452045917511) * $16_1) + 0.04166579619050026) * $16_1) + 0.1666666567325592) * $16_1) + 0.5) * $16_1) * $16_1) + $16_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($39_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$14_1 = Math_fround(Math_fround($40_1 - Math_fround($18_1 * 0.693359375)) + Math_fround($18_1 * 0.00021219444170128554));
$27_1 = Math_fround(1 / Math_fround(($27_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.00019875691214110702) + 0.001398199936375022) * $14_1) + 0.008333452045917511) * $14_1) + 0.04166579619050026) * $14_1) + 0.1666666567325592) * $14_1) + 0.5) * $14_1) * $14_1) + $14_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($41_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$13_1 = Math_fround(Math_fround($24_1 - Math_fround($13_1 * 0.693359375)) + Math_fround($13_1 * 0.00021219444170128554));
$13_1 = Math_fround(1 / Math_fround(($21 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($13_1 * 0.00019875691214110702) + 0.001398199936375022) * $13_1) + 0.008333452045917511) * $13_1) + 0.04166579619050026) * $13_1) + 0.1666666567325592) * $13_1) + 0.5) * $13_1) * $13_1) + $13_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($34_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block10;
}
if (($5_1 | 0) == (3 | 0)) {
$14_1 = Math_fround(Math_fround($28_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$28_1 = $14_1 < 0 ? 0 : $14_1;
$16_1 = Math_fround(Math_fround($16_1 * 0.20000000298023224) + 0.5);
$16_1 = $16_1 > 1 ? 1 : $16_1;
$16_1 = $16_1 < 0 ? 0 : $16_1;
$14_1 = Math_fround(Math_fround($27_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$27_1 = $14_1 < 0 ? 0 : $14_1;
$13_1 = Math_fround(Math_fround($13_1 * 0.20000000298023224) + 0.5);
$13_1 = $13_1 > 1 ? 1 : $13_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
break block10;
}
if (($5_1 | 0) == (4 | 0)) {
$28_1 = $28_1 < 0 ? 0 : $28_1;
$16_1 = $16_1 < 0 ? 0 : $16_1;
$27_1 = $27_1 < 0 ? 0 : $27_1;
$13_1 = $13_1 < 0 ? 0 : $13_1;
}
}
if ($3_1) {
$19_1 = Math_fround(1 - $32_1);
$23_1 = Math_fround(1 - $31_1);
$18_1 = Math_fround(1 - $29_1);
$14_1 = Math_fround(1 - $30_1);
} else {
$17_1 = $35_1 + $49_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
$21 = HEAPF32[($17_1 + 4 | 0) >> 2];
$23_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
$18_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
$14_1 = HEAPF32[$17_1 >> 2];
} else {
$14_1 = ($22_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($22_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($22_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$21 = lane1;
$23_1 = lane2;
$18_1 = 0;
}
$19_1 = $14_1;
block14 : {
if (($5_1 | 0) == (1 | 0)) {
$14_1 = $19_1 > 7.905311107635498 ? 7.905311107635498 : $19_1;
$19_1 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$14_1 = Math_fround($19_1 * $19_1);
$21 = $21 > 7.905311107635498 ? 7.905311107635498 : $21;
$34_1 = $21 < (-7.905311107635498) ? (-7.905311107635498) : $21;
$21 = Math_fround($34_1 * $34_1);
$24_1 = $23_1 > 7.905311107635498 ? 7.905311107635498 : $23_1;
$33_1 = $24_1 < (-7.905311107635498) ? (-7.905311107635498) : $24_1;
$24_1 = Math_fround($33_1 * $33_1);
$18_1 = $18_1 > 7.905311107635498 ? 7.905311107635498 : $18_1;
$36_1 = $18_1 < (-7.905311107635498) ? (-7.905311107635498) : $18_1;
$18_1 = Math_fround($36_1 * $36_1);
$19_1 = Math_fround(Math_fround($19_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $14_1) + (-8.604671836165423e-11)) * $14_1) + 5.122297253024044e-8) * $14_1) + 0.000014857223504805006) * $14_1) + 0.0006372619536705315) * $14_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $14_1) + 0.0022684347350150347) * $14_1) + 0.0048935250379145145));
$23_1 = Math_fround(Math_fround($33_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($24_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $24_1) + (-8.604671836165423e-11)) * $24_1) + 5.122297253024044e-8) * $24_1) + 0.000014857223504805006) * $24_1) + 0.0006372619536705315) * $24_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($24_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $24_1) + 0.0022684347350150347) * $24_1) + 0.0048935250379145145));
$18_1 = Math_fround(Math_fround($36_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $18_1) + (-8.604671836165423e-11)) * $18_1) + 5.122297253024044e-8) * $18_1) + 0.000014857223504805006) * $18_1) + 0.0006372619536705315) * $18_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $18_1) + 0.0022684347350150347) * $18_1) + 0.0048935250379145145));
$14_1 = Math_fround(Math_fround($34_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($21 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $21) + (-8.604671836165423e-11)) * $21) + 5.122297253024044e-8) * $21) + 0.000014857223504805006) * $21) + 0.0006372619536705315) * $21) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($21 * 0.0000011982583600911312) + 0.00011853470641653985) * $21) + 0.0022684347350150347) * $21) + 0.0048935250379145145));
break block14;
}
if (($5_1 | 0) == (2 | 0)) {
$19_1 = Math_fround(-$19_1);
$14_1 = $19_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$34_1 = $14_1 < (-87) ? (-87) : $14_1;
$33_1 = Math_fround(Math_fround($34_1 * 1.4426950216293335) + 12582912);
$14_1 = Math_fround($33_1 + (-12582912));
$36_1 = Math_fround(-$21);
$21 = $36_1;
$21 = $21 > 88.37625885009766 ? 88.37625885009766 : $21;
$38_1 = $21 < (-87) ? (-87) : $21;
$39_1 = Math_fround(Math_fround($38_1 * 1.4426950216293335) + 12582912);
$21 = Math_fround($39_1 + (-12582912));
$23_1 = Math_fround(-$23_1);
$24_1 = $23_1 > 88.37625885009766 ? 88.37625885009766 : $23_1;
$40_1 = $24_1 < (-87) ? (-87) : $24_1;
$41_1 = Math_fround(Math_fround($40_1 * 1.4426950216293335) + 12582912);
$24_1 = Math_fround($41_1 + (-12582912));
$46_1 = Math_fround(-$18_1);
$18_1 = $46_1;
$18_1 = $18_1 > 88.37625885009766 ? 88.37625885009766 : $18_1;
$47_1 = $18_1 < (-87) ? (-87) : $18_1;
$48_1 = Math_fround(Math_fround($47_1 * 1.4426950216293335) + 12582912);
$18_1 = Math_fround($48_1 + (-12582912));
$14_1 = Math_fround(Math_fround($34_1 - Math_fround($14_1 * 0.693359375)) + Math_fround($14_1 * 0.00021219444170128554));
$19_1 = Math_fround(1 / Math_fround(($19_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.00019875691214110702) + 0.001398199936375022) * $14_1) + 0.008333452045917511) * $14_1) + 0.04166579619050026) * $14_1) + 0.1666666567325592) * $14_1) + 0.5) * $14_1) * $14_1) + $14_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($33_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$14_1 = Math_fround(Math_fround($40_1 - Math_fround($24_1 * 0.693359375)) + Math_fround($24_1 * 0.00021219444170128554));
$23_1 = Math_fround(1 / Math_fround(($23_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.00019875691214110702) + 0.001398199936375022) * $14_1) + 0.008333452045917511) * $14_1) + 0.04166579619050026) * $14_1) + 0.1666666567325592) * $14_1) + 0.5) * $14_1) * $14_1) + $14_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($41_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$14_1 = Math_fround(Math_fround($47_1 - Math_fround($18_1 * 0.693359375)) + Math_fround($18_1 * 0.00021219444170128554));
$18_1 = Math_fround(1 / Math_fround(($46_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.00019875691214110702) + 0.001398199936375022) * $14_1) + 0.008333452045917511) * $14_1) + 0.04166579619050026) * $14_1) + 0.1666666567325592) * $14_1) + 0.5) * $14_1) * $14_1) + $14_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($48_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$14_1 = Math_fround(Math_fround($38_1 - Math_fround($21 * 0.693359375)) + Math_fround($21 * 0.00021219444170128554));
$14_1 = Math_fround(1 / Math_fround(($36_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.00019875691214110702) + 0.001398199936375022) * $14_1) + 0.008333452045917511) * $14_1) + 0.04166579619050026) * $14_1) + 0.1666666567325592) * $14_1) + 0.5) * $14_1) * $14_1) + $14_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($39_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block14;
}
if (($5_1 | 0) == (3 | 0)) {
$14_1 = Math_fround(Math_fround($19_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$19_1 = $14_1 < 0 ? 0 : $14_1;
$14_1 = Math_fround(Math_fround($23_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$23_1 = $14_1 < 0 ? 0 : $14_1;
$14_1 = Math_fround(Math_fround($18_1 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$18_1 = $14_1 < 0 ? 0 : $14_1;
$14_1 = Math_fround(Math_fround($21 * 0.20000000298023224) + 0.5);
$14_1 = $14_1 > 1 ? 1 : $14_1;
$14_1 = $14_1 < 0 ? 0 : $14_1;
break block14;
}
if (($5_1 | 0) == (4 | 0)) {
$19_1 = $19_1 < 0 ? 0 : $19_1;
$23_1 = $23_1 < 0 ? 0 : $23_1;
$18_1 = $18_1 < 0 ? 0 : $18_1;
$14_1 = $21 < 0 ? 0 : $21;
} else {
$14_1 = $21
}
}
}
$17_1 = $35_1 + $52_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $32_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $30_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $31_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $29_1;
} else {
if (($22_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $32_1
}
if (($22_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $30_1
}
if (($22_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $31_1
}
}
$17_1 = $35_1 + $53_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $15_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $26_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $20_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $25_1;
} else {
if (($22_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $15_1
}
if (($22_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $26_1
}
if (($22_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $20_1
}
}
$17_1 = $35_1 + $55_1 | 0;
$21 = $13_1;
$24_1 = $28_1;
$34_1 = $16_1;
if (($22_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $13_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $24_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $16_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $27_1;
} else {
if (($22_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $21
}
if (($22_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $24_1
}
if (($22_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $34_1
}
}
if (!$3_1) {
$17_1 = $35_1 + $49_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $19_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $23_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $18_1;
} else {
if (($22_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $19_1
}
if (($22_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $14_1
}
if (($22_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $23_1
}
}
}
$17_1 = ($8_1 + $43_1 | 0) + $35_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$17_1 >> 2];
$28_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$33_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
$16_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
} else {
$16_1 = ($22_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($22_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($22_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$13_1 = $16_1;
$28_1 = lane1;
$33_1 = 0;
$16_1 = lane2;
}
$32_1 = Math_fround(Math_fround($32_1 * $13_1) + Math_fround($19_1 * $15_1));
$19_1 = $32_1;
$30_1 = Math_fround(Math_fround($30_1 * $28_1) + Math_fround($14_1 * $26_1));
$14_1 = $30_1;
$31_1 = Math_fround(Math_fround($31_1 * $16_1) + Math_fround($23_1 * $20_1));
$23_1 = $31_1;
$29_1 = Math_fround(Math_fround($29_1 * $33_1) + Math_fround($18_1 * $25_1));
$18_1 = $29_1;
block18 : {
if (($4_1 | 0) == (1 | 0)) {
$15_1 = $19_1 > 7.905311107635498 ? 7.905311107635498 : $19_1;
$19_1 = $15_1 < (-7.905311107635498) ? (-7.905311107635498) : $15_1;
$15_1 = Math_fround($19_1 * $19_1);
$14_1 = $14_1 > 7.905311107635498 ? 7.905311107635498 : $14_1;
$25_1 = $14_1 < (-7.905311107635498) ? (-7.905311107635498) : $14_1;
$14_1 = Math_fround($25_1 * $25_1);
$20_1 = $23_1 > 7.905311107635498 ? 7.905311107635498 : $23_1;
$23_1 = $20_1 < (-7.905311107635498) ? (-7.905311107635498) : $20_1;
$20_1 = Math_fround($23_1 * $23_1);
$18_1 = $18_1 > 7.905311107635498 ? 7.905311107635498 : $18_1;
$26_1 = $18_1 < (-7.905311107635498) ? (-7.905311107635498) : $18_1;
$18_1 = Math_fround($26_1 * $26_1);
$19_1 = Math_fround(Math_fround($19_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $15_1) + (-8.604671836165423e-11)) * $15_1) + 5.122297253024044e-8) * $15_1) + 0.000014857223504805006) * $15_1) + 0.0006372619536705315) * $15_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $15_1) + 0.0022684347350150347) * $15_1) + 0.0048935250379145145));
$23_1 = Math_fround(Math_fround($23_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($20_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $20_1) + (-8.604671836165423e-11)) * $20_1) + 5.122297253024044e-8) * $20_1) + 0.000014857223504805006) * $20_1) + 0.0006372619536705315) * $20_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($20_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $20_1) + 0.0022684347350150347) * $20_1) + 0.0048935250379145145));
$18_1 = Math_fround(Math_fround($26_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $18_1) + (-8.604671836165423e-11)) * $18_1) + 5.122297253024044e-8) * $18_1) + 0.000014857223504805006) * $18_1) + 0.0006372619536705315) * $18_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($18_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $18_1) + 0.0022684347350150347) * $18_1) + 0.0048935250379145145));
$14_1 = Math_fround(Math_fround($25_1 * Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * (-2.7607683663038313e-16)) + 2.0001879384549948e-13) * $14_1) + (-8.604671836165423e-11)) * $14_1) + 5.122297253024044e-8) * $14_1) + 0.000014857223504805006) * $14_1) + 0.0006372619536705315) * $14_1) + 0.004893524572253227)) / Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($14_1 * 0.0000011982583600911312) + 0.00011853470641653985) * $14_1) + 0.0022684347350150347) * $14_1) + 0.0048935250379145145));
break block18;
}
if (($4_1 | 0) == (2 | 0)) {
$19_1 = Math_fround(-$19_1);
$15_1 = $19_1;
$15_1 = $15_1 > 88.37625885009766 ? 88.37625885009766 : $15_1;
$25_1 = $15_1 < (-87) ? (-87) : $15_1;
$26_1 = Math_fround(Math_fround($25_1 * 1.4426950216293335) + 12582912);
$15_1 = Math_fround($26_1 + (-12582912));
$36_1 = Math_fround(-$14_1);
$14_1 = $36_1;
$14_1 = $14_1 > 88.37625885009766 ? 88.37625885009766 : $14_1;
$38_1 = $14_1 < (-87) ? (-87) : $14_1;
$39_1 = Math_fround(Math_fround($38_1 * 1.4426950216293335) + 12582912);
$14_1 = Math_fround($39_1 + (-12582912));
$23_1 = Math_fround(-$23_1);
$20_1 = $23_1;
$20_1 = $20_1 > 88.37625885009766 ? 88.37625885009766 : $20_1;
$40_1 = $20_1 < (-87) ? (-87) : $20_1;
$41_1 = Math_fround(Math_fround($40_1 * 1.4426950216293335) + 12582912);
$20_1 = Math_fround($41_1 + (-12582912));
$46_1 = Math_fround(-$18_1);
$18_1 = $46_1;
$18_1 = $18_1 > 88.37625885009766 ? 88.37625885009766 : $18_1;
$47_1 = $18_1 < (-87) ? (-87) : $18_1;
$48_1 = Math_fround(Math_fround($47_1 * 1.4426950216293335) + 12582912);
$18_1 = Math_fround($48_1 + (-12582912));
$15_1 = Math_fround(Math_fround($25_1 - Math_fround($15_1 * 0.693359375)) + Math_fround($15_1 * 0.00021219444170128554));
$19_1 = Math_fround(1 / Math_fround(($19_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * 0.00019875691214110702) + 0.001398199936375022) * $15_1) + 0.008333452045917511) * $15_1) + 0.04166579619050026) * $15_1) + 0.1666666567325592) * $15_1) + 0.5) * $15_1) * $15_1) + $15_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($26_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$15_1 = Math_fround(Math_fround($40_1 - Math_fround($20_1 * 0.693359375)) + Math_fround($20_1 * 0.00021219444170128554));
$23_1 = Math_fround(1 / Math_fround(($23_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * 0.00019875691214110702) + 0.001398199936375022) * $15_1) + 0.008333452045917511) * $15_1) + 0.04166579619050026) * $15_1) + 0.1666666567325592) * $15_1) + 0.5) * $15_1) * $15_1) + $15_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($41_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$15_1 = Math_fround(Math_fround($47_1 - Math_fround($18_1 * 0.693359375)) + Math_fround($18_1 * 0.00021219444170128554));
$18_1 = Math_fround(1 / Math_fround(($46_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * 0.00019875691214110702) + 0.001398199936375022) * $15_1) + 0.008333452045917511) * $15_1) + 0.04166579619050026) * $15_1) + 0.1666666567325592) * $15_1) + 0.5) * $15_1) * $15_1) + $15_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($48_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
$15_1 = Math_fround(Math_fround($38_1 - Math_fround($14_1 * 0.693359375)) + Math_fround($14_1 * 0.00021219444170128554));
$14_1 = Math_fround(1 / Math_fround(($36_1 < (-87) ? 0 : Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround(Math_fround($15_1 * 0.00019875691214110702) + 0.001398199936375022) * $15_1) + 0.008333452045917511) * $15_1) + 0.04166579619050026) * $15_1) + 0.1666666567325592) * $15_1) + 0.5) * $15_1) * $15_1) + $15_1) + 1) * (wasm2js_scratch_store_i32(2, ((wasm2js_scratch_store_f32($39_1), wasm2js_scratch_load_i32(2)) - 1262485377 | 0) << 23 | 0), wasm2js_scratch_load_f32()))) + 1));
break block18;
}
if (($4_1 | 0) == (3 | 0)) {
$15_1 = Math_fround(Math_fround($19_1 * 0.20000000298023224) + 0.5);
$15_1 = $15_1 > 1 ? 1 : $15_1;
$19_1 = $15_1 < 0 ? 0 : $15_1;
$15_1 = Math_fround(Math_fround($23_1 * 0.20000000298023224) + 0.5);
$15_1 = $15_1 > 1 ? 1 : $15_1;
$23_1 = $15_1 < 0 ? 0 : $15_1;
$15_1 = Math_fround(Math_fround($18_1 * 0.20000000298023224) + 0.5);
$15_1 = $15_1 > 1 ? 1 : $15_1;
$18_1 = $15_1 < 0 ? 0 : $15_1;
$15_1 = Math_fround(Math_fround($14_1 * 0.20000000298023224) + 0.5);
$15_1 = $15_1 > 1 ? 1 : $15_1;
$14_1 = $15_1 < 0 ? 0 : $15_1;
break block18;
}
if (($4_1 | 0) == (4 | 0)) {
$19_1 = $19_1 < 0 ? 0 : $19_1;
$23_1 = $23_1 < 0 ? 0 : $23_1;
$18_1 = $18_1 < 0 ? 0 : $18_1;
$14_1 = $14_1 < 0 ? 0 : $14_1;
}
}
$15_1 = Math_fround($21 * $19_1);
$26_1 = Math_fround($24_1 * $14_1);
$20_1 = Math_fround($34_1 * $23_1);
$25_1 = Math_fround($27_1 * $18_1);
if ($10_1) {
$21 = $13_1;
$13_1 = Math_fround(1 - $37_1);
$32_1 = Math_fround(Math_fround($32_1 * $37_1) + Math_fround($21 * $13_1));
$30_1 = Math_fround(Math_fround($30_1 * $37_1) + Math_fround($28_1 * $13_1));
$31_1 = Math_fround(Math_fround($31_1 * $37_1) + Math_fround($16_1 * $13_1));
$29_1 = Math_fround(Math_fround($29_1 * $37_1) + Math_fround($33_1 * $13_1));
$21 = Math_fround($15_1 * $37_1);
$28_1 = Math_fround($26_1 * $37_1);
$27_1 = Math_fround($20_1 * $37_1);
$25_1 = Math_fround($25_1 * $37_1);
$17_1 = ($7_1 + $43_1 | 0) + $35_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
$15_1 = HEAPF32[$17_1 >> 2];
$26_1 = HEAPF32[($17_1 + 4 | 0) >> 2];
$20_1 = HEAPF32[($17_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($17_1 + 12 | 0) >> 2];
} else {
$20_1 = ($22_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($22_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($22_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$15_1 = $20_1;
$26_1 = lane1;
$20_1 = lane2;
$16_1 = 0;
}
$26_1 = Math_fround($28_1 + Math_fround($26_1 * $13_1));
$20_1 = Math_fround($27_1 + Math_fround($20_1 * $13_1));
$25_1 = Math_fround($25_1 + Math_fround($16_1 * $13_1));
$15_1 = Math_fround($21 + Math_fround($15_1 * $13_1));
}
$17_1 = ($9_1 + $43_1 | 0) + $35_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $19_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $23_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $18_1;
} else {
if (($22_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $19_1
}
if (($22_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $14_1
}
if (($22_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $23_1
}
}
$17_1 = (($8_1 + $42_1 | 0) + $43_1 | 0) + $35_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $32_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $30_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $31_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $29_1;
} else {
if (($22_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $32_1
}
if (($22_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $30_1
}
if (($22_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $31_1
}
}
$17_1 = (($7_1 + $42_1 | 0) + $43_1 | 0) + $35_1 | 0;
if (($22_1 | 0) >= (4 | 0)) {
HEAPF32[$17_1 >> 2] = $15_1;
HEAPF32[($17_1 + 4 | 0) >> 2] = $26_1;
HEAPF32[($17_1 + 8 | 0) >> 2] = $20_1;
HEAPF32[($17_1 + 12 | 0) >> 2] = $25_1;
} else {
if (($22_1 | 0) > (0 | 0)) {
HEAPF32[$17_1 >> 2] = $15_1
}
if (($22_1 | 0) > (1 | 0)) {
HEAPF32[($17_1 + 4 | 0) >> 2] = $26_1
}
if (($22_1 | 0) > (2 | 0)) {
HEAPF32[($17_1 + 8 | 0) >> 2] = $20_1
}
}
$50_1 = $50_1 + 4 | 0;
$35_1 = $35_1 + 16 | 0;
continue label;
}
break label;
};
$45_1 = $45_1 + 1 | 0;
continue label1;
}
break label1;
};
$6_1 = Math_imul($42_1, $51_1) + $6_1 | 0;
$9_1 = $9_1 + $42_1 | 0;
$8_1 = $8_1 + $42_1 | 0;
$7_1 = $7_1 + $42_1 | 0;
$10_1 = $10_1 ? ($1 << 2 | 0) + $10_1 | 0 : $10_1;
$54_1 = $54_1 + 1 | 0;
continue label2;
}
break label2;
};
}
function $31($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0.0, $10_1 = 0.0, $11_1 = 0.0, $12_1 = 0.0, $13_1 = 0.0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0;
$16_1 = $1 << 2 | 0;
$9_1 = +($0 | 0);
label2 : while (1) {
if (($1 | 0) > (0 | 0)) {
$10_1 = 0.0;
$11_1 = 0.0;
$12_1 = 0.0;
$13_1 = 0.0;
$6_1 = $2_1;
$14_1 = 0;
label : while (1) {
if (($0 | 0) > ($14_1 | 0)) {
if (($1 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$6_1 >> 2];
$8_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$15_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$7_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$7_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$5_1 = $7_1;
$8_1 = lane2;
$15_1 = lane1;
$7_1 = 0;
}
$10_1 = $10_1 + +$5_1;
$11_1 = $11_1 + +$15_1;
$12_1 = $12_1 + +$8_1;
$13_1 = $13_1 + +$7_1;
$14_1 = $14_1 + 1 | 0;
$6_1 = $6_1 + $16_1 | 0;
continue label;
}
break label;
};
$17_1 = Math_fround($10_1 / $9_1);
$5_1 = $17_1;
$18_1 = Math_fround($11_1 / $9_1);
$7_1 = $18_1;
$19_1 = Math_fround($12_1 / $9_1);
$8_1 = $19_1;
$15_1 = Math_fround($13_1 / $9_1);
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$3_1 >> 2] = $5_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $7_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $15_1;
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$3_1 >> 2] = $5_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($3_1 + 4 | 0) >> 2] = $7_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($3_1 + 8 | 0) >> 2] = $8_1
}
}
$10_1 = 0.0;
$11_1 = 0.0;
$12_1 = 0.0;
$13_1 = 0.0;
$6_1 = $2_1;
$14_1 = 0;
label1 : while (1) {
if (($0 | 0) > ($14_1 | 0)) {
if (($1 | 0) >= (4 | 0)) {
$5_1 = HEAPF32[$6_1 >> 2];
$8_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$20_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$7_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$7_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$5_1 = $7_1;
$8_1 = lane2;
$20_1 = lane1;
$7_1 = 0;
}
$5_1 = Math_fround($5_1 - $17_1);
$10_1 = $10_1 + +Math_fround($5_1 * $5_1);
$5_1 = Math_fround($20_1 - $18_1);
$11_1 = $11_1 + +Math_fround($5_1 * $5_1);
$5_1 = Math_fround($8_1 - $19_1);
$12_1 = $12_1 + +Math_fround($5_1 * $5_1);
$5_1 = Math_fround($7_1 - $15_1);
$13_1 = $13_1 + +Math_fround($5_1 * $5_1);
$14_1 = $14_1 + 1 | 0;
$6_1 = $6_1 + $16_1 | 0;
continue label1;
}
break label1;
};
$5_1 = Math_fround($10_1 / $9_1);
$7_1 = Math_fround($11_1 / $9_1);
$8_1 = Math_fround($12_1 / $9_1);
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$4_1 >> 2] = $5_1;
HEAPF32[($4_1 + 4 | 0) >> 2] = $7_1;
HEAPF32[($4_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($4_1 + 12 | 0) >> 2] = Math_fround($13_1 / $9_1);
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$4_1 >> 2] = $5_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($4_1 + 4 | 0) >> 2] = $7_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($4_1 + 8 | 0) >> 2] = $8_1
}
}
$1 = $1 - 4 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = $3_1 + 16 | 0;
$4_1 = $4_1 + 16 | 0;
continue label2;
}
break label2;
};
}
function $32($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
$8_1 = $8_1 | 0;
$9_1 = $9_1 | 0;
var $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0.0, $31_1 = 0.0, $32_1 = 0.0, $33_1 = 0.0, $34_1 = 0.0, $35_1 = 0.0, $36_1 = 0.0, $37_1 = 0.0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0;
$38_1 = $1 << 2 | 0;
label2 : while (1) {
if (($1 | 0) > (0 | 0)) {
$10_1 = $3_1 + $21 | 0;
if (($1 | 0) >= (4 | 0)) {
$27_1 = HEAPF32[$10_1 >> 2];
$28_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$29_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
} else {
$12_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$10_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($10_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($10_1 + 8 | 0) >> 2] : 0;
$27_1 = $12_1;
$28_1 = lane1;
$29_1 = lane2;
$12_1 = 0;
}
$39_1 = $12_1;
$10_1 = $4_1 + $21 | 0;
if (($1 | 0) >= (4 | 0)) {
$23_1 = HEAPF32[$10_1 >> 2];
$24_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$25_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$26_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
} else {
$12_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$10_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($10_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($10_1 + 8 | 0) >> 2] : 0;
$23_1 = $12_1;
$24_1 = lane1;
$25_1 = lane2;
$26_1 = 0;
}
$30_1 = 0.0;
$31_1 = 0.0;
$32_1 = 0.0;
$33_1 = 0.0;
$34_1 = 0.0;
$35_1 = 0.0;
$36_1 = 0.0;
$37_1 = 0.0;
$19_1 = 0;
$10_1 = $21;
label : while (1) {
if (($0 | 0) > ($19_1 | 0)) {
$11_1 = $6_1 + $10_1 | 0;
if (($1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$11_1 >> 2];
$14_1 = HEAPF32[($11_1 + 4 | 0) >> 2];
$13_1 = HEAPF32[($11_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($11_1 + 12 | 0) >> 2];
} else {
$12_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$11_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($11_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($11_1 + 8 | 0) >> 2] : 0;
$14_1 = lane1;
$13_1 = lane2;
$16_1 = 0;
}
$11_1 = $2_1 + $10_1 | 0;
if (($1 | 0) >= (4 | 0)) {
$20_1 = HEAPF32[$11_1 >> 2];
$18_1 = HEAPF32[($11_1 + 4 | 0) >> 2];
$22_1 = HEAPF32[($11_1 + 12 | 0) >> 2];
$17_1 = HEAPF32[($11_1 + 8 | 0) >> 2];
} else {
$17_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$11_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($11_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($11_1 + 8 | 0) >> 2] : 0;
$20_1 = $17_1;
$18_1 = lane1;
$22_1 = 0;
$17_1 = lane2;
}
$30_1 = $30_1 + +$12_1;
$31_1 = $31_1 + +$14_1;
$32_1 = $32_1 + +$13_1;
$33_1 = $33_1 + +$16_1;
$34_1 = $34_1 + +Math_fround($12_1 * Math_fround(Math_fround($20_1 - $27_1) * $23_1));
$35_1 = $35_1 + +Math_fround($14_1 * Math_fround(Math_fround($18_1 - $28_1) * $24_1));
$36_1 = $36_1 + +Math_fround($13_1 * Math_fround(Math_fround($17_1 - $29_1) * $25_1));
$37_1 = $37_1 + +Math_fround($16_1 * Math_fround(Math_fround($22_1 - $39_1) * $26_1));
$19_1 = $19_1 + 1 | 0;
$10_1 = $10_1 + $38_1 | 0;
continue label;
}
break label;
};
$10_1 = $8_1 + $21 | 0;
$15_1 = Math_fround($30_1);
$18_1 = Math_fround($31_1);
$22_1 = Math_fround($32_1);
$17_1 = Math_fround($33_1);
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$10_1 >> 2] = $15_1;
HEAPF32[($10_1 + 4 | 0) >> 2] = $18_1;
HEAPF32[($10_1 + 8 | 0) >> 2] = $22_1;
HEAPF32[($10_1 + 12 | 0) >> 2] = $17_1;
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$10_1 >> 2] = $15_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($10_1 + 4 | 0) >> 2] = $18_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($10_1 + 8 | 0) >> 2] = $22_1
}
}
$20_1 = Math_fround($34_1);
$13_1 = Math_fround($35_1);
$16_1 = Math_fround($36_1);
$12_1 = Math_fround($37_1);
$10_1 = $7_1 + $21 | 0;
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$10_1 >> 2] = $20_1;
HEAPF32[($10_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($10_1 + 8 | 0) >> 2] = $16_1;
HEAPF32[($10_1 + 12 | 0) >> 2] = $12_1;
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$10_1 >> 2] = $20_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($10_1 + 4 | 0) >> 2] = $13_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($10_1 + 8 | 0) >> 2] = $16_1
}
}
if ($9_1) {
$14_1 = $15_1;
$15_1 = Math_fround(1 / Math_fround($0 | 0));
$40_1 = Math_fround($14_1 * $15_1);
$41_1 = Math_fround(Math_fround($20_1 * $15_1) * $23_1);
$42_1 = Math_fround(Math_fround($13_1 * $15_1) * $24_1);
$43_1 = Math_fround(Math_fround($16_1 * $15_1) * $25_1);
$44_1 = Math_fround(Math_fround($12_1 * $15_1) * $26_1);
if ($5_1) {
$10_1 = $5_1 + $21 | 0;
if (($1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$10_1 >> 2];
$14_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$13_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
} else {
$13_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$10_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($10_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($10_1 + 8 | 0) >> 2] : 0;
$12_1 = $13_1;
$14_1 = lane1;
$13_1 = lane2;
$16_1 = 0;
}
$24_1 = Math_fround($24_1 * $14_1);
$25_1 = Math_fround($25_1 * $13_1);
$23_1 = Math_fround($23_1 * $12_1);
$26_1 = Math_fround($26_1 * $16_1);
}
$45_1 = Math_fround($18_1 * $15_1);
$46_1 = Math_fround($22_1 * $15_1);
$15_1 = Math_fround($17_1 * $15_1);
$10_1 = 0;
$19_1 = $21;
label1 : while (1) {
if (($0 | 0) > ($10_1 | 0)) {
$11_1 = $2_1 + $19_1 | 0;
if (($1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$11_1 >> 2];
$14_1 = HEAPF32[($11_1 + 4 | 0) >> 2];
$13_1 = HEAPF32[($11_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($11_1 + 12 | 0) >> 2];
} else {
$12_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$11_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($11_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($11_1 + 8 | 0) >> 2] : 0;
$14_1 = lane1;
$13_1 = lane2;
$16_1 = 0;
}
$18_1 = Math_fround($12_1 - $27_1);
$22_1 = Math_fround($14_1 - $28_1);
$13_1 = Math_fround($13_1 - $29_1);
$11_1 = $6_1 + $19_1 | 0;
if (($1 | 0) >= (4 | 0)) {
$17_1 = HEAPF32[$11_1 >> 2];
$20_1 = HEAPF32[($11_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($11_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($11_1 + 8 | 0) >> 2];
} else {
$12_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$11_1 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($11_1 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($11_1 + 8 | 0) >> 2] : 0;
$17_1 = $12_1;
$20_1 = lane1;
$14_1 = 0;
$12_1 = lane2;
}
$11_1 = $9_1 + $19_1 | 0;
$18_1 = Math_fround(Math_fround(Math_fround($17_1 - $40_1) - Math_fround($18_1 * $41_1)) * $23_1);
$17_1 = Math_fround(Math_fround(Math_fround($20_1 - $45_1) - Math_fround($22_1 * $42_1)) * $24_1);
$12_1 = Math_fround(Math_fround(Math_fround($12_1 - $46_1) - Math_fround($13_1 * $43_1)) * $25_1);
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$11_1 >> 2] = $18_1;
HEAPF32[($11_1 + 4 | 0) >> 2] = $17_1;
HEAPF32[($11_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($11_1 + 12 | 0) >> 2] = Math_fround(Math_fround(Math_fround($14_1 - $15_1) - Math_fround(Math_fround($16_1 - $39_1) * $44_1)) * $26_1);
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$11_1 >> 2] = $18_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($11_1 + 4 | 0) >> 2] = $17_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($11_1 + 8 | 0) >> 2] = $12_1
}
}
$10_1 = $10_1 + 1 | 0;
$19_1 = $19_1 + $38_1 | 0;
continue label1;
}
break label1;
};
}
$1 = $1 - 4 | 0;
$21 = $21 + 16 | 0;
continue label2;
}
break label2;
};
}
function $33($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
var $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0;
label1 : while (1) {
if (($0 | 0) > ($19_1 | 0)) {
$9_1 = $1;
$14_1 = 0;
label : while (1) {
if (($9_1 | 0) > (0 | 0)) {
$8_1 = $4_1 + $14_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$8_1 >> 2];
$13_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$15_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$11_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$12_1 = $11_1;
$13_1 = lane1;
$11_1 = lane2;
$15_1 = 0;
}
if ($5_1) {
$8_1 = $5_1 + $14_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$18_1 = HEAPF32[$8_1 >> 2];
$16_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$10_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$10_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$18_1 = $10_1;
$16_1 = lane1;
$17_1 = lane2;
$10_1 = 0;
}
$13_1 = Math_fround($13_1 * $16_1);
$11_1 = Math_fround($11_1 * $17_1);
$12_1 = Math_fround($12_1 * $18_1);
$15_1 = Math_fround($15_1 * $10_1);
}
$8_1 = $2_1 + $14_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$20_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$10_1 = HEAPF32[$8_1 >> 2];
} else {
$10_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$16_1 = lane1;
$17_1 = lane2;
$20_1 = 0;
}
$18_1 = $10_1;
$8_1 = $3_1 + $14_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$8_1 >> 2];
$21 = HEAPF32[($8_1 + 4 | 0) >> 2];
$22_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$23_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$10_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$21 = lane1;
$22_1 = lane2;
$23_1 = 0;
}
$12_1 = Math_fround(Math_fround($18_1 - $10_1) * $12_1);
$13_1 = Math_fround(Math_fround($16_1 - $21) * $13_1);
$11_1 = Math_fround(Math_fround($17_1 - $22_1) * $11_1);
$15_1 = Math_fround(Math_fround($20_1 - $23_1) * $15_1);
if ($6_1) {
$8_1 = $6_1 + $14_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$18_1 = HEAPF32[$8_1 >> 2];
$16_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$10_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$10_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$18_1 = $10_1;
$16_1 = lane1;
$17_1 = lane2;
$10_1 = 0;
}
$13_1 = Math_fround($13_1 + $16_1);
$11_1 = Math_fround($11_1 + $17_1);
$12_1 = Math_fround($12_1 + $18_1);
$15_1 = Math_fround($15_1 + $10_1);
}
$8_1 = $7_1 + $14_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$8_1 >> 2] = $12_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $15_1;
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$8_1 >> 2] = $12_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($8_1 + 4 | 0) >> 2] = $13_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($8_1 + 8 | 0) >> 2] = $11_1
}
}
$9_1 = $9_1 - 4 | 0;
$14_1 = $14_1 + 16 | 0;
continue label;
}
break label;
};
$9_1 = $1 << 2 | 0;
$2_1 = $9_1 + $2_1 | 0;
$7_1 = $7_1 + $9_1 | 0;
$19_1 = $19_1 + 1 | 0;
continue label1;
}
break label1;
};
}
function $34($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0;
$6_1 = $0;
$10_1 = HEAP32[($0 + 8 | 0) >> 2] << 2 | 0;
$20_1 = Math_imul($10_1, HEAP32[($0 + 4 | 0) >> 2]);
$9_1 = HEAP32[($0 + 24 | 0) >> 2];
$14_1 = Math_imul($10_1, $9_1);
$11_1 = $1;
label3 : while (1) {
if (($1 + $2_1 | 0 | 0) > ($11_1 | 0)) {
$0 = HEAP32[($6_1 + 12 | 0) >> 2];
$25_1 = Math_imul(Math_imul(HEAP32[$6_1 >> 2], ($11_1 | 0) / ($0 | 0) | 0), $20_1) + $4_1 | 0;
$26_1 = Math_imul(HEAP32[($6_1 + 28 | 0) >> 2], ($11_1 | 0) % ($0 | 0) | 0) - HEAP32[($6_1 + 36 | 0) >> 2] | 0;
$15_1 = 0;
label2 : while (1) {
if ((HEAP32[($6_1 + 16 | 0) >> 2] | 0) > ($15_1 | 0)) {
$16_1 = Math_imul(HEAP32[($6_1 + 32 | 0) >> 2], $15_1) - HEAP32[($6_1 + 40 | 0) >> 2] | 0;
$0 = 0 - $16_1 | 0;
$0 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$21 = Math_imul(($0 | 0) > ($9_1 | 0) ? $9_1 : $0, $10_1);
$0 = ($9_1 + $16_1 | 0) - HEAP32[($6_1 + 4 | 0) >> 2] | 0;
$0 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$0 = $21 + Math_imul(($0 | 0) > ($9_1 | 0) ? $9_1 : $0, $10_1) | 0;
$27_1 = $14_1 - ($0 >>> 0 > $14_1 >>> 0 ? $14_1 : $0) | 0;
$17_1 = 0;
label1 : while (1) {
if ((HEAP32[($6_1 + 20 | 0) >> 2] | 0) > ($17_1 | 0)) {
$5_1 = $17_1 + $26_1 | 0;
if (($5_1 | 0) < (0 | 0)) {
$0 = 1
} else {
$0 = ($5_1 | 0) >= (HEAP32[$6_1 >> 2] | 0)
}
if (!$0) {
$28_1 = (Math_imul($5_1, $20_1) + $25_1 | 0) + Math_imul(($16_1 | 0) >= (0 | 0) ? $16_1 : 0, $10_1) | 0;
$29_1 = $3_1 + $21 | 0;
$18_1 = 0;
$0 = $27_1 >>> 2 | 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
$5_1 = $18_1 + $28_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$5_1 >> 2];
$22_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$19_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$7_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
} else {
$19_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$12_1 = $19_1;
$22_1 = lane1;
$19_1 = lane2;
$7_1 = 0;
}
$30_1 = $7_1;
$8_1 = $18_1 + $29_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$8_1 >> 2];
$23_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$24_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$7_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
} else {
$7_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$13_1 = $7_1;
$23_1 = lane1;
$24_1 = 0;
$7_1 = lane2;
}
$12_1 = Math_fround($12_1 + $13_1);
$13_1 = Math_fround($22_1 + $23_1);
$7_1 = Math_fround($19_1 + $7_1);
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$5_1 >> 2] = $12_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $7_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = Math_fround($30_1 + $24_1);
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$5_1 >> 2] = $12_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($5_1 + 4 | 0) >> 2] = $13_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($5_1 + 8 | 0) >> 2] = $7_1
}
}
$18_1 = $18_1 + 16 | 0;
$0 = $0 - 4 | 0;
continue label;
}
break label;
};
}
$17_1 = $17_1 + 1 | 0;
$3_1 = $3_1 + $14_1 | 0;
continue label1;
}
break label1;
};
$15_1 = $15_1 + 1 | 0;
continue label2;
}
break label2;
};
$11_1 = $11_1 + 1 | 0;
continue label3;
}
break label3;
};
}
function $35($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0;
$8_1 = $4_1;
$4_1 = $0;
$10_1 = HEAP32[($0 + 8 | 0) >> 2] << 2 | 0;
$21 = Math_imul($10_1, HEAP32[($0 + 4 | 0) >> 2]);
$9_1 = HEAP32[($0 + 24 | 0) >> 2];
$6_1 = Math_imul($10_1, $9_1);
$11_1 = $1;
label3 : while (1) {
if (($1 + $2_1 | 0 | 0) > ($11_1 | 0)) {
$0 = HEAP32[($4_1 + 12 | 0) >> 2];
$24_1 = Math_imul(Math_imul(HEAP32[$4_1 >> 2], ($11_1 | 0) / ($0 | 0) | 0), $21) + $3_1 | 0;
$25_1 = Math_imul(HEAP32[($4_1 + 28 | 0) >> 2], ($11_1 | 0) % ($0 | 0) | 0) - HEAP32[($4_1 + 36 | 0) >> 2] | 0;
$12_1 = 0;
label2 : while (1) {
if ((HEAP32[($4_1 + 16 | 0) >> 2] | 0) > ($12_1 | 0)) {
$13_1 = Math_imul(HEAP32[($4_1 + 32 | 0) >> 2], $12_1) - HEAP32[($4_1 + 40 | 0) >> 2] | 0;
$0 = 0 - $13_1 | 0;
$0 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$16_1 = Math_imul(($0 | 0) > ($9_1 | 0) ? $9_1 : $0, $10_1);
$0 = ($9_1 + $13_1 | 0) - HEAP32[($4_1 + 4 | 0) >> 2] | 0;
$0 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$17_1 = Math_imul(($0 | 0) > ($9_1 | 0) ? $9_1 : $0, $10_1);
$0 = $16_1 + $17_1 | 0;
$22_1 = $6_1 - ($0 >>> 0 > $6_1 >>> 0 ? $6_1 : $0) | 0;
$14_1 = 0;
label1 : while (1) {
if ((HEAP32[($4_1 + 20 | 0) >> 2] | 0) > ($14_1 | 0)) {
$0 = $14_1 + $25_1 | 0;
if (($0 | 0) < (0 | 0)) {
$5_1 = 1
} else {
$5_1 = ($0 | 0) >= (HEAP32[$4_1 >> 2] | 0)
}
block14 : {
if ($5_1) {
wasm2js_memory_fill($8_1, 0, $6_1);
break block14;
}
if ($6_1 >>> 0 > $22_1 >>> 0) {
wasm2js_memory_fill($8_1, 0, $16_1);
wasm2js_memory_fill(($6_1 + $8_1 | 0) - $17_1 | 0, 0, $17_1);
}
$26_1 = (Math_imul($0, $21) + $24_1 | 0) + Math_imul(($13_1 | 0) >= (0 | 0) ? $13_1 : 0, $10_1) | 0;
$27_1 = $8_1 + $16_1 | 0;
$15_1 = 0;
$0 = $22_1 >>> 2 | 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
$5_1 = $15_1 + $27_1 | 0;
$7_1 = $15_1 + $26_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$18_1 = HEAPF32[$7_1 >> 2];
$19_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$23_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$20_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
} else {
$18_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$19_1 = lane2;
$23_1 = 0;
$20_1 = lane1;
}
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$5_1 >> 2] = $18_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $20_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $19_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $23_1;
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$5_1 >> 2] = $18_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($5_1 + 4 | 0) >> 2] = $20_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($5_1 + 8 | 0) >> 2] = $19_1
}
}
$15_1 = $15_1 + 16 | 0;
$0 = $0 - 4 | 0;
continue label;
}
break label;
};
}
$14_1 = $14_1 + 1 | 0;
$8_1 = $6_1 + $8_1 | 0;
continue label1;
}
break label1;
};
$12_1 = $12_1 + 1 | 0;
continue label2;
}
break label2;
};
$11_1 = $11_1 + 1 | 0;
continue label3;
}
break label3;
};
}
function $36($0, $1, $2_1, $3_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
var $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0;
$27_1 = $1;
$4_1 = $0;
$8_1 = HEAP32[($0 + 8 | 0) >> 2] << 2 | 0;
$15_1 = Math_imul($8_1, HEAP32[($0 + 4 | 0) >> 2]);
label4 : while (1) {
$0 = HEAP32[($4_1 + 12 | 0) >> 2];
if ((Math_imul($0, $27_1) | 0) > ($11_1 | 0)) {
$7_1 = HEAP32[$4_1 >> 2];
$28_1 = Math_imul(Math_imul($7_1, ($11_1 | 0) / ($0 | 0) | 0), $15_1) + $2_1 | 0;
$16_1 = Math_imul(HEAP32[($4_1 + 28 | 0) >> 2], ($11_1 | 0) % ($0 | 0) | 0) - HEAP32[($4_1 + 36 | 0) >> 2] | 0;
$0 = 0 - $16_1 | 0;
$17_1 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$1 = HEAP32[($4_1 + 20 | 0) >> 2];
$0 = $7_1 - $16_1 | 0;
$24_1 = ($0 | 0) > ($1 | 0) ? $1 : $0;
$12_1 = 0;
label3 : while (1) {
if ((HEAP32[($4_1 + 16 | 0) >> 2] | 0) > ($12_1 | 0)) {
$5_1 = Math_imul(HEAP32[($4_1 + 32 | 0) >> 2], $12_1) - HEAP32[($4_1 + 40 | 0) >> 2] | 0;
$0 = 0 - $5_1 | 0;
$7_1 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$29_1 = (Math_imul($17_1 + $16_1 | 0, $15_1) + $28_1 | 0) + Math_imul($7_1 + $5_1 | 0, $8_1) | 0;
$1 = HEAP32[($4_1 + 24 | 0) >> 2];
$0 = HEAP32[($4_1 + 4 | 0) >> 2] - $5_1 | 0;
$25_1 = ($0 | 0) > ($1 | 0) ? $1 : $0;
$13_1 = Math_fround(Math_imul($24_1 - $17_1 | 0, $25_1 - $7_1 | 0) | 0);
$1 = HEAP32[($4_1 + 8 | 0) >> 2];
$14_1 = 0;
label2 : while (1) {
if (($1 | 0) > (0 | 0)) {
$18_1 = 0;
$19_1 = 0;
$20_1 = 0;
$21 = 0;
$22_1 = $14_1 + $29_1 | 0;
$23_1 = $17_1;
label1 : while (1) {
if (($23_1 | 0) < ($24_1 | 0)) {
$0 = $22_1;
$5_1 = $7_1;
label : while (1) {
if (($5_1 | 0) < ($25_1 | 0)) {
if (($1 | 0) >= (4 | 0)) {
$9_1 = HEAPF32[$0 >> 2];
$26_1 = HEAPF32[($0 + 8 | 0) >> 2];
$10_1 = HEAPF32[($0 + 4 | 0) >> 2];
$6_1 = HEAPF32[($0 + 12 | 0) >> 2];
} else {
$6_1 = ($1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$9_1 = $6_1;
$26_1 = lane2;
$10_1 = lane1;
$6_1 = 0;
}
$18_1 = Math_fround($18_1 + $9_1);
$19_1 = Math_fround($19_1 + $10_1);
$20_1 = Math_fround($20_1 + $26_1);
$21 = Math_fround($21 + $6_1);
$5_1 = $5_1 + 1 | 0;
$0 = $0 + $8_1 | 0;
continue label;
}
break label;
};
$23_1 = $23_1 + 1 | 0;
$22_1 = $15_1 + $22_1 | 0;
continue label1;
}
break label1;
};
$0 = $3_1 + $14_1 | 0;
$10_1 = Math_fround($18_1 / $13_1);
$9_1 = Math_fround($19_1 / $13_1);
$6_1 = Math_fround($20_1 / $13_1);
if (($1 | 0) >= (4 | 0)) {
HEAPF32[$0 >> 2] = $10_1;
HEAPF32[($0 + 4 | 0) >> 2] = $9_1;
HEAPF32[($0 + 8 | 0) >> 2] = $6_1;
HEAPF32[($0 + 12 | 0) >> 2] = Math_fround($21 / $13_1);
} else {
if (($1 | 0) > (0 | 0)) {
HEAPF32[$0 >> 2] = $10_1
}
if (($1 | 0) > (1 | 0)) {
HEAPF32[($0 + 4 | 0) >> 2] = $9_1
}
if (($1 | 0) > (2 | 0)) {
HEAPF32[($0 + 8 | 0) >> 2] = $6_1
}
}
$1 = $1 - 4 | 0;
$14_1 = $14_1 + 16 | 0;
continue label2;
}
break label2;
};
$12_1 = $12_1 + 1 | 0;
$3_1 = $3_1 + $8_1 | 0;
$30_1 = $8_1 + $30_1 | 0;
continue label3;
}
break label3;
};
$11_1 = $11_1 + 1 | 0;
continue label4;
}
break label4;
};
}
function $37($0, $1, $2_1, $3_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
var $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0;
$17_1 = $2_1;
$5_1 = $0;
$9_1 = HEAP32[($0 + 8 | 0) >> 2] << 2 | 0;
$18_1 = Math_imul($9_1, HEAP32[($0 + 4 | 0) >> 2]);
label4 : while (1) {
$0 = HEAP32[($5_1 + 12 | 0) >> 2];
if ((Math_imul($0, $1) | 0) > ($12_1 | 0)) {
$6_1 = HEAP32[$5_1 >> 2];
$29_1 = Math_imul(Math_imul($6_1, ($12_1 | 0) / ($0 | 0) | 0), $18_1) + $3_1 | 0;
$19_1 = Math_imul(HEAP32[($5_1 + 28 | 0) >> 2], ($12_1 | 0) % ($0 | 0) | 0) - HEAP32[($5_1 + 36 | 0) >> 2] | 0;
$0 = 0 - $19_1 | 0;
$20_1 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$2_1 = HEAP32[($5_1 + 20 | 0) >> 2];
$0 = $6_1 - $19_1 | 0;
$24_1 = ($0 | 0) > ($2_1 | 0) ? $2_1 : $0;
$13_1 = 0;
label3 : while (1) {
if ((HEAP32[($5_1 + 16 | 0) >> 2] | 0) > ($13_1 | 0)) {
$6_1 = Math_imul(HEAP32[($5_1 + 32 | 0) >> 2], $13_1) - HEAP32[($5_1 + 40 | 0) >> 2] | 0;
$0 = 0 - $6_1 | 0;
$21 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$2_1 = HEAP32[($5_1 + 24 | 0) >> 2];
$0 = HEAP32[($5_1 + 4 | 0) >> 2] - $6_1 | 0;
$25_1 = ($0 | 0) > ($2_1 | 0) ? $2_1 : $0;
$14_1 = Math_fround(1 / Math_fround(Math_imul($24_1 - $20_1 | 0, $25_1 - $21 | 0) | 0));
$22_1 = (Math_imul($20_1 + $19_1 | 0, $18_1) + $29_1 | 0) + Math_imul($6_1 + $21 | 0, $9_1) | 0;
$23_1 = $20_1;
label2 : while (1) {
if (($23_1 | 0) < ($24_1 | 0)) {
$6_1 = $22_1;
$2_1 = $21;
label1 : while (1) {
if (($2_1 | 0) < ($25_1 | 0)) {
$0 = HEAP32[($5_1 + 8 | 0) >> 2];
$15_1 = 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
$4_1 = $6_1 + $15_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$4_1 >> 2];
$26_1 = HEAPF32[($4_1 + 4 | 0) >> 2];
$16_1 = HEAPF32[($4_1 + 8 | 0) >> 2];
$7_1 = HEAPF32[($4_1 + 12 | 0) >> 2];
} else {
$16_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$4_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($4_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($4_1 + 8 | 0) >> 2] : 0;
$10_1 = $16_1;
$26_1 = lane1;
$16_1 = lane2;
$7_1 = 0;
}
$30_1 = $7_1;
$8_1 = $15_1 + $17_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$11_1 = HEAPF32[$8_1 >> 2];
$27_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$28_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$7_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
} else {
$7_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$11_1 = $7_1;
$27_1 = lane1;
$28_1 = 0;
$7_1 = lane2;
}
$10_1 = Math_fround($10_1 + Math_fround($11_1 * $14_1));
$11_1 = Math_fround($26_1 + Math_fround($27_1 * $14_1));
$7_1 = Math_fround($16_1 + Math_fround($7_1 * $14_1));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$4_1 >> 2] = $10_1;
HEAPF32[($4_1 + 4 | 0) >> 2] = $11_1;
HEAPF32[($4_1 + 8 | 0) >> 2] = $7_1;
HEAPF32[($4_1 + 12 | 0) >> 2] = Math_fround($30_1 + Math_fround($28_1 * $14_1));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$4_1 >> 2] = $10_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($4_1 + 4 | 0) >> 2] = $11_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($4_1 + 8 | 0) >> 2] = $7_1
}
}
$0 = $0 - 4 | 0;
$15_1 = $15_1 + 16 | 0;
continue label;
}
break label;
};
$2_1 = $2_1 + 1 | 0;
$6_1 = $6_1 + $9_1 | 0;
continue label1;
}
break label1;
};
$23_1 = $23_1 + 1 | 0;
$22_1 = $18_1 + $22_1 | 0;
continue label2;
}
break label2;
};
$13_1 = $13_1 + 1 | 0;
$17_1 = $9_1 + $17_1 | 0;
$31_1 = $9_1 + $31_1 | 0;
continue label3;
}
break label3;
};
$12_1 = $12_1 + 1 | 0;
continue label4;
}
break label4;
};
}
function $38($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0;
$34_1 = $1;
$35_1 = $2_1;
$20_1 = $3_1;
$21 = $4_1;
$5_1 = $0;
$12_1 = HEAP32[($0 + 8 | 0) >> 2] << 2 | 0;
$22_1 = Math_imul($12_1, HEAP32[($0 + 4 | 0) >> 2]);
label4 : while (1) {
$0 = HEAP32[($5_1 + 12 | 0) >> 2];
if ((Math_imul($0, $34_1) | 0) > ($14_1 | 0)) {
$1 = HEAP32[$5_1 >> 2];
$36_1 = Math_imul(Math_imul($1, ($14_1 | 0) / ($0 | 0) | 0), $22_1) + $35_1 | 0;
$23_1 = Math_imul(HEAP32[($5_1 + 28 | 0) >> 2], ($14_1 | 0) % ($0 | 0) | 0) - HEAP32[($5_1 + 36 | 0) >> 2] | 0;
$0 = 0 - $23_1 | 0;
$24_1 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$0 = HEAP32[($5_1 + 20 | 0) >> 2];
$1 = $1 - $23_1 | 0;
$37_1 = ($0 | 0) < ($1 | 0) ? $0 : $1;
$15_1 = 0;
label3 : while (1) {
if ((HEAP32[($5_1 + 16 | 0) >> 2] | 0) > ($15_1 | 0)) {
$0 = Math_imul(HEAP32[($5_1 + 32 | 0) >> 2], $15_1) - HEAP32[($5_1 + 40 | 0) >> 2] | 0;
$1 = 0 - $0 | 0;
$25_1 = ($1 | 0) >= (0 | 0) ? $1 : 0;
$29_1 = (Math_imul($24_1 + $23_1 | 0, $22_1) + $36_1 | 0) + Math_imul($25_1 + $0 | 0, $12_1) | 0;
$1 = HEAP32[($5_1 + 24 | 0) >> 2];
$0 = HEAP32[($5_1 + 4 | 0) >> 2] - $0 | 0;
$38_1 = ($0 | 0) > ($1 | 0) ? $1 : $0;
$2_1 = HEAP32[($5_1 + 8 | 0) >> 2];
$11_1 = 0;
label2 : while (1) {
if (($2_1 | 0) > (0 | 0)) {
$0 = $11_1 + $29_1 | 0;
if (($2_1 | 0) >= (4 | 0)) {
$7_1 = HEAPF32[$0 >> 2];
$8_1 = HEAPF32[($0 + 4 | 0) >> 2];
$9_1 = HEAPF32[($0 + 8 | 0) >> 2];
$6_1 = HEAPF32[($0 + 12 | 0) >> 2];
} else {
$7_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$0 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($0 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($0 + 8 | 0) >> 2] : 0;
$8_1 = lane1;
$9_1 = lane2;
$6_1 = 0;
}
$1 = Math_imul(HEAP32[($5_1 + 24 | 0) >> 2], $24_1) + $25_1 | 0;
$16_1 = $1;
$0 = $1;
$3_1 = $0;
$26_1 = $11_1 + $29_1 | 0;
$17_1 = $24_1;
label1 : while (1) {
if (($17_1 | 0) < ($37_1 | 0)) {
$4_1 = $26_1;
$18_1 = $25_1;
label : while (1) {
if (($18_1 | 0) < ($38_1 | 0)) {
if (($2_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$4_1 >> 2];
$27_1 = HEAPF32[($4_1 + 4 | 0) >> 2];
$28_1 = HEAPF32[($4_1 + 12 | 0) >> 2];
$10_1 = HEAPF32[($4_1 + 8 | 0) >> 2];
} else {
$10_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$4_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($4_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($4_1 + 8 | 0) >> 2] : 0;
$13_1 = $10_1;
$27_1 = lane1;
$28_1 = 0;
$10_1 = lane2;
}
$30_1 = $7_1 != $7_1 | $7_1 >= $13_1 | 0;
$7_1 = $30_1 ? $7_1 : $13_1;
$31_1 = $8_1 != $8_1 | $8_1 >= $27_1 | 0;
$8_1 = $31_1 ? $8_1 : $27_1;
$32_1 = $9_1 != $9_1 | $9_1 >= $10_1 | 0;
$9_1 = $32_1 ? $9_1 : $10_1;
$33_1 = $6_1 != $6_1 | $6_1 >= $28_1 | 0;
$6_1 = $33_1 ? $6_1 : $28_1;
$19_1 = Math_imul(HEAP32[($5_1 + 24 | 0) >> 2], $17_1) + $18_1 | 0;
$16_1 = $30_1 ? $16_1 : $19_1;
$1 = $31_1 ? $1 : $19_1;
$0 = $32_1 ? $0 : $19_1;
$3_1 = $33_1 ? $3_1 : $19_1;
$18_1 = $18_1 + 1 | 0;
$4_1 = $4_1 + $12_1 | 0;
continue label;
}
break label;
};
$17_1 = $17_1 + 1 | 0;
$26_1 = $22_1 + $26_1 | 0;
continue label1;
}
break label1;
};
$4_1 = $11_1 + $20_1 | 0;
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$4_1 >> 2] = $7_1;
HEAPF32[($4_1 + 4 | 0) >> 2] = $8_1;
HEAPF32[($4_1 + 8 | 0) >> 2] = $9_1;
HEAPF32[($4_1 + 12 | 0) >> 2] = $6_1;
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$4_1 >> 2] = $7_1
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($4_1 + 4 | 0) >> 2] = $8_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($4_1 + 8 | 0) >> 2] = $9_1
}
}
$4_1 = $11_1 + $21 | 0;
if (($2_1 | 0) >= (4 | 0)) {
HEAP32[$4_1 >> 2] = $16_1;
HEAP32[($4_1 + 4 | 0) >> 2] = $1;
HEAP32[($4_1 + 8 | 0) >> 2] = $0;
HEAP32[($4_1 + 12 | 0) >> 2] = $3_1;
} else {
$6_1 = (wasm2js_scratch_store_i32(2, $16_1), wasm2js_scratch_load_f32());
$13_1 = (wasm2js_scratch_store_i32(2, $1), wasm2js_scratch_load_f32());
$10_1 = (wasm2js_scratch_store_i32(2, $0), wasm2js_scratch_load_f32());
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$4_1 >> 2] = $6_1
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($4_1 + 4 | 0) >> 2] = $13_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($4_1 + 8 | 0) >> 2] = $10_1
}
}
$2_1 = $2_1 - 4 | 0;
$11_1 = $11_1 + 16 | 0;
continue label2;
}
break label2;
};
$15_1 = $15_1 + 1 | 0;
$20_1 = $12_1 + $20_1 | 0;
$21 = $12_1 + $21 | 0;
continue label3;
}
break label3;
};
$14_1 = $14_1 + 1 | 0;
continue label4;
}
break label4;
};
}
function $39($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0;
$20_1 = $2_1;
$21 = $3_1;
$6_1 = $0;
$9_1 = HEAP32[($0 + 8 | 0) >> 2] << 2 | 0;
$22_1 = Math_imul($9_1, HEAP32[($0 + 4 | 0) >> 2]);
label4 : while (1) {
$0 = HEAP32[($6_1 + 12 | 0) >> 2];
if ((Math_imul($0, $1) | 0) > ($14_1 | 0)) {
$3_1 = HEAP32[$6_1 >> 2];
$30_1 = Math_imul(Math_imul($3_1, ($14_1 | 0) / ($0 | 0) | 0), $22_1) + $4_1 | 0;
$23_1 = Math_imul(HEAP32[($6_1 + 28 | 0) >> 2], ($14_1 | 0) % ($0 | 0) | 0) - HEAP32[($6_1 + 36 | 0) >> 2] | 0;
$0 = 0 - $23_1 | 0;
$25_1 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$2_1 = HEAP32[($6_1 + 20 | 0) >> 2];
$0 = $3_1 - $23_1 | 0;
$31_1 = ($0 | 0) > ($2_1 | 0) ? $2_1 : $0;
$15_1 = 0;
label3 : while (1) {
if ((HEAP32[($6_1 + 16 | 0) >> 2] | 0) > ($15_1 | 0)) {
$7_1 = Math_imul(HEAP32[($6_1 + 32 | 0) >> 2], $15_1) - HEAP32[($6_1 + 40 | 0) >> 2] | 0;
$0 = 0 - $7_1 | 0;
$3_1 = ($0 | 0) >= (0 | 0) ? $0 : 0;
$2_1 = HEAP32[($6_1 + 24 | 0) >> 2];
$0 = HEAP32[($6_1 + 4 | 0) >> 2] - $7_1 | 0;
$32_1 = ($0 | 0) > ($2_1 | 0) ? $2_1 : $0;
$24_1 = (Math_imul($23_1 + $25_1 | 0, $22_1) + $30_1 | 0) + Math_imul($3_1 + $7_1 | 0, $9_1) | 0;
$16_1 = $25_1;
label2 : while (1) {
if (($16_1 | 0) < ($31_1 | 0)) {
$7_1 = $24_1;
$17_1 = $3_1;
label1 : while (1) {
if (($17_1 | 0) < ($32_1 | 0)) {
$18_1 = Math_imul(HEAP32[($6_1 + 24 | 0) >> 2], $16_1) + $17_1 | 0;
$0 = HEAP32[($6_1 + 8 | 0) >> 2];
$10_1 = 0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
$2_1 = $10_1 + $21 | 0;
if (($0 | 0) >= (4 | 0)) {
$11_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$12_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$26_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$5_1 = HEAPF32[$2_1 >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$11_1 = lane1;
$12_1 = lane2;
$26_1 = 0;
}
$33_1 = ((wasm2js_scratch_store_f32($5_1), wasm2js_scratch_load_i32(2)) | 0) == ($18_1 | 0);
$34_1 = ((wasm2js_scratch_store_f32($11_1), wasm2js_scratch_load_i32(2)) | 0) == ($18_1 | 0);
$35_1 = ((wasm2js_scratch_store_f32($12_1), wasm2js_scratch_load_i32(2)) | 0) == ($18_1 | 0);
$2_1 = $7_1 + $10_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$11_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$12_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$27_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$5_1 = HEAPF32[$2_1 >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$11_1 = lane1;
$12_1 = lane2;
$27_1 = 0;
}
$19_1 = $5_1;
$8_1 = $10_1 + $20_1 | 0;
if (($0 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$8_1 >> 2];
$28_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$29_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$5_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
} else {
$5_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$13_1 = $5_1;
$28_1 = lane1;
$29_1 = 0;
$5_1 = lane2;
}
$13_1 = Math_fround($19_1 + ($33_1 ? $13_1 : 0));
$19_1 = Math_fround($11_1 + ($34_1 ? $28_1 : 0));
$5_1 = Math_fround($12_1 + ($35_1 ? $5_1 : 0));
if (($0 | 0) >= (4 | 0)) {
HEAPF32[$2_1 >> 2] = $13_1;
HEAPF32[($2_1 + 4 | 0) >> 2] = $19_1;
HEAPF32[($2_1 + 8 | 0) >> 2] = $5_1;
HEAPF32[($2_1 + 12 | 0) >> 2] = Math_fround($27_1 + (((wasm2js_scratch_store_f32($26_1), wasm2js_scratch_load_i32(2)) | 0) == ($18_1 | 0) ? $29_1 : 0));
} else {
if (($0 | 0) > (0 | 0)) {
HEAPF32[$2_1 >> 2] = $13_1
}
if (($0 | 0) > (1 | 0)) {
HEAPF32[($2_1 + 4 | 0) >> 2] = $19_1
}
if (($0 | 0) > (2 | 0)) {
HEAPF32[($2_1 + 8 | 0) >> 2] = $5_1
}
}
$0 = $0 - 4 | 0;
$10_1 = $10_1 + 16 | 0;
continue label;
}
break label;
};
$17_1 = $17_1 + 1 | 0;
$7_1 = $7_1 + $9_1 | 0;
continue label1;
}
break label1;
};
$16_1 = $16_1 + 1 | 0;
$24_1 = $22_1 + $24_1 | 0;
continue label2;
}
break label2;
};
$15_1 = $15_1 + 1 | 0;
$20_1 = $9_1 + $20_1 | 0;
$21 = $9_1 + $21 | 0;
continue label3;
}
break label3;
};
$14_1 = $14_1 + 1 | 0;
continue label4;
}
break label4;
};
}
function $40($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1) {
var $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0;
$13_1 = $3_1 << 2 | 0;
label2 : while (1) {
if (($1 | 0) > ($14_1 | 0)) {
$9_1 = $1 - $14_1 | 0;
if ($4_1) {
$3_1 = Math_imul($13_1, $14_1) + $2_1 | 0;
$19($9_1, $0, $3_1, $13_1, $5_1, 32);
$19($9_1 - 4 | 0, $0, $3_1 + ($13_1 << 2 | 0) | 0, $13_1, $5_1 + 16 | 0, 32);
} else {
$7_1 = ($14_1 << 2 | 0) + $2_1 | 0;
$3_1 = $5_1;
if (($9_1 | 0) >= (8 | 0)) {
$9_1 = 0;
label : while (1) {
if (($0 | 0) > ($9_1 | 0)) {
$10_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
HEAPF32[$3_1 >> 2] = HEAPF32[$7_1 >> 2];
HEAPF32[($3_1 + 4 | 0) >> 2] = $10_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $11_1;
$10_1 = HEAPF32[($7_1 + 20 | 0) >> 2];
$8_1 = HEAPF32[($7_1 + 24 | 0) >> 2];
$11_1 = HEAPF32[($7_1 + 28 | 0) >> 2];
HEAPF32[($3_1 + 16 | 0) >> 2] = HEAPF32[($7_1 + 16 | 0) >> 2];
HEAPF32[($3_1 + 20 | 0) >> 2] = $10_1;
HEAPF32[($3_1 + 24 | 0) >> 2] = $8_1;
HEAPF32[($3_1 + 28 | 0) >> 2] = $11_1;
$9_1 = $9_1 + 1 | 0;
$7_1 = $7_1 + $13_1 | 0;
$3_1 = $3_1 + 32 | 0;
continue label;
}
break label;
};
} else {
$17_1 = 0;
label1 : while (1) {
if (($0 | 0) > ($17_1 | 0)) {
if (($9_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$7_1 >> 2];
$11_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$15_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
} else {
$8_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$10_1 = $8_1;
$11_1 = lane2;
$15_1 = lane1;
$8_1 = 0;
}
HEAPF32[$3_1 >> 2] = $10_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $8_1;
$12_1 = $7_1 + 16 | 0;
$16_1 = $9_1 - 4 | 0;
if (($16_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$12_1 >> 2];
$11_1 = HEAPF32[($12_1 + 8 | 0) >> 2];
$15_1 = HEAPF32[($12_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($12_1 + 12 | 0) >> 2];
} else {
$8_1 = ($16_1 | 0) > (0 | 0) ? HEAPF32[$12_1 >> 2] : 0;
lane1 = ($16_1 | 0) > (1 | 0) ? HEAPF32[($12_1 + 4 | 0) >> 2] : 0;
lane2 = ($16_1 | 0) > (2 | 0) ? HEAPF32[($12_1 + 8 | 0) >> 2] : 0;
$10_1 = $8_1;
$11_1 = lane2;
$15_1 = lane1;
$8_1 = 0;
}
HEAPF32[($3_1 + 16 | 0) >> 2] = $10_1;
HEAPF32[($3_1 + 20 | 0) >> 2] = $15_1;
HEAPF32[($3_1 + 24 | 0) >> 2] = $11_1;
HEAPF32[($3_1 + 28 | 0) >> 2] = $8_1;
$17_1 = $17_1 + 1 | 0;
$7_1 = $7_1 + $13_1 | 0;
$3_1 = $3_1 + 32 | 0;
continue label1;
}
break label1;
};
}
}
$14_1 = $14_1 + 8 | 0;
$5_1 = $5_1 + $6_1 | 0;
continue label2;
}
break label2;
};
}
function $41($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
var $6_1 = 0, $7_1 = 0, $8_1 = 0;
$8_1 = $0 << 5 | 0;
label : while (1) {
if (($0 | 0) > ($6_1 | 0)) {
$7_1 = $0 - $6_1 | 0;
$40(($7_1 | 0) > (256 | 0) ? 256 : $7_1, $1, (($4_1 ? $6_1 : Math_imul($3_1, $6_1)) << 2 | 0) + $2_1 | 0, $3_1, $4_1, $5_1, $8_1);
$6_1 = $6_1 + 256 | 0;
$5_1 = $5_1 - -8192 | 0;
continue label;
}
break label;
};
}
function $42($0, $1) {
$0 = $0 | 0;
$1 = $1 | 0;
return Math_imul(($1 + 7 | 0) & -8 | 0, $0) << 2 | 0 | 0;
}
function $43($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1) {
var $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($22_1 | 0)) {
$17_1 = $6_1;
if (($2_1 | 0) >= (4 | 0)) {
$23_1 = HEAPF32[$6_1 >> 2];
$24_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$25_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$26_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$16_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$17_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($17_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($17_1 + 8 | 0) >> 2] : 0;
$23_1 = $16_1;
$24_1 = lane1;
$25_1 = lane2;
$26_1 = 0;
}
$11_1 = $17_1 + 16 | 0;
$6_1 = $2_1 - 4 | 0;
if (($6_1 | 0) >= (4 | 0)) {
$27_1 = HEAPF32[$11_1 >> 2];
$28_1 = HEAPF32[($11_1 + 4 | 0) >> 2];
$29_1 = HEAPF32[($11_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($11_1 + 12 | 0) >> 2];
} else {
$16_1 = ($6_1 | 0) > (0 | 0) ? HEAPF32[$11_1 >> 2] : 0;
lane1 = ($6_1 | 0) > (1 | 0) ? HEAPF32[($11_1 + 4 | 0) >> 2] : 0;
lane2 = ($6_1 | 0) > (2 | 0) ? HEAPF32[($11_1 + 8 | 0) >> 2] : 0;
$27_1 = $16_1;
$28_1 = lane1;
$29_1 = lane2;
$16_1 = 0;
}
$11_1 = $3_1;
$6_1 = $8_1;
$21 = 0;
label : while (1) {
if (($0 | 0) > ($21 | 0)) {
$15_1 = HEAPF32[$11_1 >> 2];
if (($2_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$6_1 >> 2];
$18_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$19_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
} else {
$13_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$18_1 = lane2;
$19_1 = 0;
$12_1 = lane1;
}
$20_1 = Math_fround($13_1 + Math_fround($15_1 * $23_1));
$12_1 = Math_fround($12_1 + Math_fround($15_1 * $24_1));
$13_1 = Math_fround($18_1 + Math_fround($15_1 * $25_1));
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $20_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $12_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $13_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround($19_1 + Math_fround($15_1 * $26_1));
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $20_1
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $12_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $13_1
}
}
$10_1 = $6_1 + 16 | 0;
$14_1 = $2_1 - 4 | 0;
if (($14_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$10_1 >> 2];
$18_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$30_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$13_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
} else {
$13_1 = ($14_1 | 0) > (0 | 0) ? HEAPF32[$10_1 >> 2] : 0;
lane1 = ($14_1 | 0) > (1 | 0) ? HEAPF32[($10_1 + 4 | 0) >> 2] : 0;
lane2 = ($14_1 | 0) > (2 | 0) ? HEAPF32[($10_1 + 8 | 0) >> 2] : 0;
$12_1 = $13_1;
$18_1 = lane1;
$30_1 = lane2;
$13_1 = 0;
}
$19_1 = Math_fround($12_1 + Math_fround($15_1 * $27_1));
$20_1 = Math_fround($18_1 + Math_fround($15_1 * $28_1));
$12_1 = Math_fround($30_1 + Math_fround($15_1 * $29_1));
$14_1 = $2_1 - 4 | 0;
if (($14_1 | 0) >= (4 | 0)) {
HEAPF32[$10_1 >> 2] = $19_1;
HEAPF32[($10_1 + 4 | 0) >> 2] = $20_1;
HEAPF32[($10_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($10_1 + 12 | 0) >> 2] = Math_fround($13_1 + Math_fround($15_1 * $16_1));
} else {
if (($14_1 | 0) > (0 | 0)) {
HEAPF32[$10_1 >> 2] = $19_1
}
if (($14_1 | 0) > (1 | 0)) {
HEAPF32[($10_1 + 4 | 0) >> 2] = $20_1
}
if (($14_1 | 0) > (2 | 0)) {
HEAPF32[($10_1 + 8 | 0) >> 2] = $12_1
}
}
$21 = $21 + 1 | 0;
$11_1 = $4_1 + $11_1 | 0;
$6_1 = $6_1 + $9_1 | 0;
continue label;
}
break label;
};
$22_1 = $22_1 + 1 | 0;
$3_1 = $3_1 + $5_1 | 0;
$6_1 = $7_1 + $17_1 | 0;
continue label1;
}
break label1;
};
}
function $44($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1) {
var $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0, $56_1 = 0, $57_1 = 0, $58_1 = 0, $59_1 = 0, $60_1 = 0, $61_1 = 0, $62_1 = 0, $63_1 = 0, $64_1 = 0;
$19_1 = $7_1 << 2 | 0;
$22_1 = $9_1 << 2 | 0;
$7_1 = ((5120 | 0) / ($0 | 0) | 0) & -8 | 0;
$23_1 = ($7_1 | 0) < (8 | 0) ? 8 : $7_1;
label4 : while (1) {
if (($1 | 0) > ($24_1 | 0)) {
$7_1 = $1 - $24_1 | 0;
$20_1 = ($7_1 | 0) > ($23_1 | 0) ? $23_1 : $7_1;
$17($0, $20_1, $8_1, $22_1, $10_1, $11_1 ? ($24_1 << 2 | 0) + $11_1 | 0 : 0);
$25_1 = $6_1;
$7_1 = $3_1;
$21 = 0;
label2 : while (1) {
if (($21 + 4 | 0 | 0) <= ($2_1 | 0)) {
$18_1 = 0;
label1 : while (1) {
if (($18_1 | 0) < ($20_1 | 0)) {
$12_1 = $18_1 << 2 | 0;
$9_1 = $12_1 + $25_1 | 0;
if (($20_1 - $18_1 | 0 | 0) >= (8 | 0)) {
$15_1 = $7_1;
$12_1 = $8_1 + $12_1 | 0;
$26_1 = HEAPF32[$9_1 >> 2];
$27_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
$28_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
$29_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$30_1 = HEAPF32[($9_1 + 16 | 0) >> 2];
$31_1 = HEAPF32[($9_1 + 20 | 0) >> 2];
$32_1 = HEAPF32[($9_1 + 24 | 0) >> 2];
$33_1 = HEAPF32[($9_1 + 28 | 0) >> 2];
$13_1 = $9_1 + $19_1 | 0;
$34_1 = HEAPF32[$13_1 >> 2];
$35_1 = HEAPF32[($13_1 + 4 | 0) >> 2];
$36_1 = HEAPF32[($13_1 + 8 | 0) >> 2];
$37_1 = HEAPF32[($13_1 + 12 | 0) >> 2];
$38_1 = HEAPF32[($13_1 + 16 | 0) >> 2];
$39_1 = HEAPF32[($13_1 + 20 | 0) >> 2];
$40_1 = HEAPF32[($13_1 + 24 | 0) >> 2];
$41_1 = HEAPF32[($13_1 + 28 | 0) >> 2];
$13_1 = $9_1 + ($19_1 << 1 | 0) | 0;
$42_1 = HEAPF32[$13_1 >> 2];
$43_1 = HEAPF32[($13_1 + 4 | 0) >> 2];
$44_1 = HEAPF32[($13_1 + 8 | 0) >> 2];
$45_1 = HEAPF32[($13_1 + 12 | 0) >> 2];
$46_1 = HEAPF32[($13_1 + 16 | 0) >> 2];
$47_1 = HEAPF32[($13_1 + 20 | 0) >> 2];
$48_1 = HEAPF32[($13_1 + 24 | 0) >> 2];
$49_1 = HEAPF32[($13_1 + 28 | 0) >> 2];
$9_1 = $9_1 + Math_imul($19_1, 3) | 0;
$50_1 = HEAPF32[$9_1 >> 2];
$51_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
$52_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
$53_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$54_1 = HEAPF32[($9_1 + 16 | 0) >> 2];
$55_1 = HEAPF32[($9_1 + 20 | 0) >> 2];
$56_1 = HEAPF32[($9_1 + 24 | 0) >> 2];
$57_1 = HEAPF32[($9_1 + 28 | 0) >> 2];
$9_1 = 0;
label : while (1) {
if (($0 | 0) > ($9_1 | 0)) {
$14_1 = HEAPF32[$15_1 >> 2];
$16_1 = HEAPF32[($5_1 + $15_1 | 0) >> 2];
$58_1 = Math_fround(Math_fround(HEAPF32[($12_1 + 16 | 0) >> 2] + Math_fround($14_1 * $30_1)) + Math_fround($16_1 * $38_1));
$59_1 = Math_fround(Math_fround(HEAPF32[($12_1 + 20 | 0) >> 2] + Math_fround($14_1 * $31_1)) + Math_fround($16_1 * $39_1));
$60_1 = Math_fround(Math_fround(HEAPF32[($12_1 + 24 | 0) >> 2] + Math_fround($14_1 * $32_1)) + Math_fround($16_1 * $40_1));
$61_1 = Math_fround(Math_fround(HEAPF32[($12_1 + 28 | 0) >> 2] + Math_fround($14_1 * $33_1)) + Math_fround($16_1 * $41_1));
$17_1 = HEAPF32[(($5_1 << 1 | 0) + $15_1 | 0) >> 2];
$62_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($12_1 + 4 | 0) >> 2] + Math_fround($14_1 * $27_1)) + Math_fround($16_1 * $35_1)) + Math_fround($17_1 * $43_1));
$63_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($12_1 + 8 | 0) >> 2] + Math_fround($14_1 * $28_1)) + Math_fround($16_1 * $36_1)) + Math_fround($17_1 * $44_1));
$64_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($12_1 + 12 | 0) >> 2] + Math_fround($14_1 * $29_1)) + Math_fround($16_1 * $37_1)) + Math_fround($17_1 * $45_1));
$16_1 = Math_fround(Math_fround(Math_fround(HEAPF32[$12_1 >> 2] + Math_fround($14_1 * $26_1)) + Math_fround($16_1 * $34_1)) + Math_fround($17_1 * $42_1));
$14_1 = HEAPF32[(Math_imul($5_1, 3) + $15_1 | 0) >> 2];
HEAPF32[$12_1 >> 2] = Math_fround($16_1 + Math_fround($14_1 * $50_1));
HEAPF32[($12_1 + 4 | 0) >> 2] = Math_fround($62_1 + Math_fround($14_1 * $51_1));
HEAPF32[($12_1 + 8 | 0) >> 2] = Math_fround($63_1 + Math_fround($14_1 * $52_1));
HEAPF32[($12_1 + 12 | 0) >> 2] = Math_fround($64_1 + Math_fround($14_1 * $53_1));
HEAPF32[($12_1 + 16 | 0) >> 2] = Math_fround(Math_fround($58_1 + Math_fround($17_1 * $46_1)) + Math_fround($14_1 * $54_1));
HEAPF32[($12_1 + 20 | 0) >> 2] = Math_fround(Math_fround($59_1 + Math_fround($17_1 * $47_1)) + Math_fround($14_1 * $55_1));
HEAPF32[($12_1 + 24 | 0) >> 2] = Math_fround(Math_fround($60_1 + Math_fround($17_1 * $48_1)) + Math_fround($14_1 * $56_1));
HEAPF32[($12_1 + 28 | 0) >> 2] = Math_fround(Math_fround($61_1 + Math_fround($17_1 * $49_1)) + Math_fround($14_1 * $57_1));
$9_1 = $9_1 + 1 | 0;
$15_1 = $4_1 + $15_1 | 0;
$12_1 = $12_1 + $22_1 | 0;
continue label;
}
break label;
};
} else {
$43($0, 4, $20_1 - $18_1 | 0, $7_1, $4_1, $5_1, $9_1, $19_1, ($18_1 << 2 | 0) + $8_1 | 0, $22_1)
}
$18_1 = $18_1 + 8 | 0;
continue label1;
}
break label1;
};
$21 = $21 + 4 | 0;
$25_1 = ($19_1 << 2 | 0) + $25_1 | 0;
$7_1 = ($5_1 << 2 | 0) + $7_1 | 0;
continue label2;
}
break label2;
};
if (($2_1 | 0) != ($21 | 0)) {
$9_1 = 0;
label3 : while (1) {
if (($9_1 | 0) < ($20_1 | 0)) {
$15_1 = $20_1 - $9_1 | 0;
$12_1 = ($15_1 | 0) > (8 | 0) ? 8 : $15_1;
$15_1 = $9_1 << 2 | 0;
$43($0, $2_1 - $21 | 0, $12_1, $7_1, $4_1, $5_1, $15_1 + $25_1 | 0, $19_1, $8_1 + $15_1 | 0, $22_1);
$9_1 = $9_1 + 8 | 0;
continue label3;
}
break label3;
};
}
$24_1 = $23_1 + $24_1 | 0;
$7_1 = $23_1 << 2 | 0;
$6_1 = $7_1 + $6_1 | 0;
$8_1 = $7_1 + $8_1 | 0;
continue label4;
}
break label4;
};
}
function $45($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1) {
var $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0, $56_1 = 0, $57_1 = 0, $58_1 = 0, $59_1 = 0, $60_1 = 0, $61_1 = 0, $62_1 = 0, $63_1 = 0, $64_1 = 0, $65 = 0;
$58_1 = $4_1 << 2 | 0;
$63_1 = $6_1 << 2 | 0;
$24_1 = $8_1 << 2 | 0;
$17($0, $1, $7_1, $24_1, $9_1, $10_1);
label2 : while (1) {
if (($1 | 0) > ($60_1 | 0)) {
$25_1 = ($1 - $60_1 | 0 | 0) >= (2 | 0);
$64_1 = $25_1 ? $5_1 + $63_1 | 0 : $5_1;
$9_1 = 0;
label1 : while (1) {
if (($0 | 0) > ($9_1 | 0)) {
$10_1 = Math_imul($9_1, $58_1) + $3_1 | 0;
$23_1 = $0 - $9_1 | 0;
$61_1 = ($23_1 | 0) > (1 | 0) ? $10_1 + $58_1 | 0 : $10_1;
$62_1 = ($23_1 | 0) > (2 | 0) ? $61_1 + $58_1 | 0 : $10_1;
$65 = ($23_1 | 0) > (3 | 0) ? $62_1 + $58_1 | 0 : $10_1;
$26_1 = 0;
$27_1 = 0;
$28_1 = 0;
$29_1 = 0;
$30_1 = 0;
$31_1 = 0;
$32_1 = 0;
$33_1 = 0;
$34_1 = 0;
$35_1 = 0;
$36_1 = 0;
$37_1 = 0;
$38_1 = 0;
$39_1 = 0;
$40_1 = 0;
$41_1 = 0;
$42_1 = 0;
$43_1 = 0;
$44_1 = 0;
$45_1 = 0;
$46_1 = 0;
$47_1 = 0;
$48_1 = 0;
$49_1 = 0;
$50_1 = 0;
$51_1 = 0;
$52_1 = 0;
$53_1 = 0;
$54_1 = 0;
$55_1 = 0;
$56_1 = 0;
$57_1 = 0;
$8_1 = 0;
$4_1 = $2_1;
label : while (1) {
if (($4_1 | 0) >= (4 | 0)) {
$6_1 = $8_1 + $10_1 | 0;
$16_1 = HEAPF32[$6_1 >> 2];
$59_1 = $5_1 + $8_1 | 0;
$11_1 = HEAPF32[$59_1 >> 2];
$26_1 = Math_fround($26_1 + Math_fround($16_1 * $11_1));
$17_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$13_1 = HEAPF32[($59_1 + 4 | 0) >> 2];
$27_1 = Math_fround($27_1 + Math_fround($17_1 * $13_1));
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$19_1 = HEAPF32[($59_1 + 8 | 0) >> 2];
$28_1 = Math_fround($28_1 + Math_fround($14_1 * $19_1));
$18_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$22_1 = HEAPF32[($59_1 + 12 | 0) >> 2];
$29_1 = Math_fround($29_1 + Math_fround($18_1 * $22_1));
$12_1 = $16_1;
$6_1 = $8_1 + $64_1 | 0;
$16_1 = HEAPF32[$6_1 >> 2];
$30_1 = Math_fround($30_1 + Math_fround($12_1 * $16_1));
$12_1 = $17_1;
$17_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$31_1 = Math_fround($31_1 + Math_fround($12_1 * $17_1));
$12_1 = $14_1;
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$32_1 = Math_fround($32_1 + Math_fround($12_1 * $14_1));
$12_1 = $18_1;
$18_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$33_1 = Math_fround($33_1 + Math_fround($12_1 * $18_1));
$6_1 = $8_1 + $61_1 | 0;
$15_1 = HEAPF32[$6_1 >> 2];
$34_1 = Math_fround($34_1 + Math_fround($15_1 * $11_1));
$20_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$35_1 = Math_fround($35_1 + Math_fround($20_1 * $13_1));
$21 = HEAPF32[($6_1 + 8 | 0) >> 2];
$36_1 = Math_fround($36_1 + Math_fround($21 * $19_1));
$12_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$37_1 = Math_fround($37_1 + Math_fround($12_1 * $22_1));
$38_1 = Math_fround($38_1 + Math_fround($15_1 * $16_1));
$39_1 = Math_fround($39_1 + Math_fround($20_1 * $17_1));
$40_1 = Math_fround($40_1 + Math_fround($21 * $14_1));
$41_1 = Math_fround($41_1 + Math_fround($12_1 * $18_1));
$6_1 = $8_1 + $62_1 | 0;
$15_1 = HEAPF32[$6_1 >> 2];
$42_1 = Math_fround($42_1 + Math_fround($15_1 * $11_1));
$20_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$43_1 = Math_fround($43_1 + Math_fround($20_1 * $13_1));
$21 = HEAPF32[($6_1 + 8 | 0) >> 2];
$44_1 = Math_fround($44_1 + Math_fround($21 * $19_1));
$12_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$45_1 = Math_fround($45_1 + Math_fround($12_1 * $22_1));
$46_1 = Math_fround($46_1 + Math_fround($15_1 * $16_1));
$47_1 = Math_fround($47_1 + Math_fround($20_1 * $17_1));
$48_1 = Math_fround($48_1 + Math_fround($21 * $14_1));
$49_1 = Math_fround($49_1 + Math_fround($12_1 * $18_1));
$6_1 = $8_1 + $65 | 0;
$15_1 = HEAPF32[$6_1 >> 2];
$50_1 = Math_fround($50_1 + Math_fround($15_1 * $11_1));
$11_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$51_1 = Math_fround($51_1 + Math_fround($11_1 * $13_1));
$13_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$52_1 = Math_fround($52_1 + Math_fround($13_1 * $19_1));
$19_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$53_1 = Math_fround($53_1 + Math_fround($19_1 * $22_1));
$54_1 = Math_fround($54_1 + Math_fround($15_1 * $16_1));
$55_1 = Math_fround($55_1 + Math_fround($11_1 * $17_1));
$56_1 = Math_fround($56_1 + Math_fround($13_1 * $14_1));
$57_1 = Math_fround($57_1 + Math_fround($19_1 * $18_1));
$4_1 = $4_1 - 4 | 0;
$8_1 = $8_1 + 16 | 0;
continue label;
}
break label;
};
if (($4_1 | 0) > (0 | 0)) {
$6_1 = $5_1 + $8_1 | 0;
if (($4_1 | 0) >= (4 | 0)) {
$18_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$15_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$16_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[$6_1 >> 2];
} else {
$11_1 = ($4_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($4_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($4_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$18_1 = lane2;
$15_1 = 0;
$16_1 = lane1;
}
$19_1 = $11_1;
$6_1 = $8_1 + $64_1 | 0;
if (($4_1 | 0) >= (4 | 0)) {
$20_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$21 = HEAPF32[($6_1 + 12 | 0) >> 2];
$17_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[$6_1 >> 2];
} else {
$11_1 = ($4_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($4_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($4_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$20_1 = lane2;
$21 = 0;
$17_1 = lane1;
}
$22_1 = $11_1;
$6_1 = $8_1 + $10_1 | 0;
if (($4_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$6_1 >> 2];
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$11_1 = ($4_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($4_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($4_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$13_1 = $11_1;
$14_1 = lane2;
$12_1 = lane1;
$11_1 = 0;
}
$26_1 = Math_fround($26_1 + Math_fround($13_1 * $19_1));
$27_1 = Math_fround($27_1 + Math_fround($12_1 * $16_1));
$28_1 = Math_fround($28_1 + Math_fround($14_1 * $18_1));
$29_1 = Math_fround($29_1 + Math_fround($11_1 * $15_1));
$30_1 = Math_fround($30_1 + Math_fround($13_1 * $22_1));
$31_1 = Math_fround($31_1 + Math_fround($12_1 * $17_1));
$32_1 = Math_fround($32_1 + Math_fround($14_1 * $20_1));
$33_1 = Math_fround($33_1 + Math_fround($11_1 * $21));
$6_1 = $8_1 + $61_1 | 0;
if (($4_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$6_1 >> 2];
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$11_1 = ($4_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($4_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($4_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$13_1 = $11_1;
$14_1 = lane2;
$12_1 = lane1;
$11_1 = 0;
}
$34_1 = Math_fround($34_1 + Math_fround($13_1 * $19_1));
$35_1 = Math_fround($35_1 + Math_fround($12_1 * $16_1));
$36_1 = Math_fround($36_1 + Math_fround($14_1 * $18_1));
$37_1 = Math_fround($37_1 + Math_fround($11_1 * $15_1));
$38_1 = Math_fround($38_1 + Math_fround($13_1 * $22_1));
$39_1 = Math_fround($39_1 + Math_fround($12_1 * $17_1));
$40_1 = Math_fround($40_1 + Math_fround($14_1 * $20_1));
$41_1 = Math_fround($41_1 + Math_fround($11_1 * $21));
$6_1 = $8_1 + $62_1 | 0;
if (($4_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$6_1 >> 2];
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$11_1 = ($4_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($4_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($4_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$13_1 = $11_1;
$14_1 = lane2;
$12_1 = lane1;
$11_1 = 0;
}
$42_1 = Math_fround($42_1 + Math_fround($13_1 * $19_1));
$43_1 = Math_fround($43_1 + Math_fround($12_1 * $16_1));
$44_1 = Math_fround($44_1 + Math_fround($14_1 * $18_1));
$45_1 = Math_fround($45_1 + Math_fround($11_1 * $15_1));
$46_1 = Math_fround($46_1 + Math_fround($13_1 * $22_1));
$47_1 = Math_fround($47_1 + Math_fround($12_1 * $17_1));
$48_1 = Math_fround($48_1 + Math_fround($14_1 * $20_1));
$49_1 = Math_fround($49_1 + Math_fround($11_1 * $21));
$6_1 = $8_1 + $65 | 0;
if (($4_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$6_1 >> 2];
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$11_1 = ($4_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($4_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($4_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$13_1 = $11_1;
$14_1 = lane2;
$12_1 = lane1;
$11_1 = 0;
}
$52_1 = Math_fround($52_1 + Math_fround($14_1 * $18_1));
$53_1 = Math_fround($53_1 + Math_fround($11_1 * $15_1));
$54_1 = Math_fround($54_1 + Math_fround($13_1 * $22_1));
$55_1 = Math_fround($55_1 + Math_fround($12_1 * $17_1));
$56_1 = Math_fround($56_1 + Math_fround($14_1 * $20_1));
$57_1 = Math_fround($57_1 + Math_fround($11_1 * $21));
$50_1 = Math_fround($50_1 + Math_fround($13_1 * $19_1));
$51_1 = Math_fround($51_1 + Math_fround($12_1 * $16_1));
}
$4_1 = Math_imul($9_1, $24_1) + $7_1 | 0;
HEAPF32[$4_1 >> 2] = Math_fround(HEAPF32[$4_1 >> 2] + Math_fround(Math_fround($26_1 + $27_1) + Math_fround($28_1 + $29_1)));
if ($25_1) {
HEAPF32[($4_1 + 4 | 0) >> 2] = Math_fround(HEAPF32[($4_1 + 4 | 0) >> 2] + Math_fround(Math_fround($30_1 + $31_1) + Math_fround($32_1 + $33_1)))
}
if (($23_1 | 0) > (1 | 0)) {
$6_1 = $4_1 + $24_1 | 0;
HEAPF32[$6_1 >> 2] = Math_fround(HEAPF32[$6_1 >> 2] + Math_fround(Math_fround($34_1 + $35_1) + Math_fround($36_1 + $37_1)));
if ($25_1) {
HEAPF32[($6_1 + 4 | 0) >> 2] = Math_fround(HEAPF32[($6_1 + 4 | 0) >> 2] + Math_fround(Math_fround($38_1 + $39_1) + Math_fround($40_1 + $41_1)))
}
}
if (($23_1 | 0) > (2 | 0)) {
$6_1 = $4_1 + ($24_1 << 1 | 0) | 0;
HEAPF32[$6_1 >> 2] = Math_fround(HEAPF32[$6_1 >> 2] + Math_fround(Math_fround($42_1 + $43_1) + Math_fround($44_1 + $45_1)));
if ($25_1) {
HEAPF32[($6_1 + 4 | 0) >> 2] = Math_fround(HEAPF32[($6_1 + 4 | 0) >> 2] + Math_fround(Math_fround($46_1 + $47_1) + Math_fround($48_1 + $49_1)))
}
}
if (($23_1 | 0) > (3 | 0)) {
$4_1 = $4_1 + Math_imul($24_1, 3) | 0;
HEAPF32[$4_1 >> 2] = Math_fround(HEAPF32[$4_1 >> 2] + Math_fround(Math_fround($50_1 + $51_1) + Math_fround($52_1 + $53_1)));
if ($25_1) {
HEAPF32[($4_1 + 4 | 0) >> 2] = Math_fround(HEAPF32[($4_1 + 4 | 0) >> 2] + Math_fround(Math_fround($54_1 + $55_1) + Math_fround($56_1 + $57_1)))
}
}
$9_1 = $9_1 + 4 | 0;
continue label1;
}
break label1;
};
$60_1 = $60_1 + 2 | 0;
$5_1 = ($63_1 << 1 | 0) + $5_1 | 0;
$7_1 = $7_1 + 8 | 0;
continue label2;
}
break label2;
};
}
function $46($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1, $8_1, $9_1, $10_1, $11_1, $12_1, $13_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
$8_1 = $8_1 | 0;
$9_1 = $9_1 | 0;
$10_1 = $10_1 | 0;
$11_1 = $11_1 | 0;
$12_1 = $12_1 | 0;
$13_1 = $13_1 | 0;
var $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0;
if (!$2_1) {
$17($0, $1, $9_1, $10_1 << 2 | 0, $11_1, $12_1);
return;
}
if (!$0) {
return
}
if ((($0 | 0) <= (16 | 0) & ($2_1 | 0) >= (16 | 0) | 0) & ($1 | 0) >= (32 | 0) | 0) {
if (!$8_1) {
$44($0, $1, $2_1, $3_1, ($5_1 ? 1 : $4_1) << 2 | 0, ($5_1 ? $4_1 : 1) << 2 | 0, $6_1, $7_1, $9_1, $10_1, $11_1, $12_1);
return;
}
if (!$5_1) {
$45($0, $1, $2_1, $3_1, $4_1, $6_1, $7_1, $9_1, $10_1, $11_1, $12_1);
return;
}
}
$18_1 = $13_1 + 65792 | 0;
$17_1 = ((65536 | 0) / ((($2_1 | 0) >= (256 | 0) ? 256 : $2_1) | 0) | 0) & -8 | 0;
label1 : while (1) {
if (($1 | 0) > ($16_1 | 0)) {
$14_1 = $1 - $16_1 | 0;
$19_1 = ($14_1 | 0) > ($17_1 | 0) ? $17_1 : $14_1;
$14_1 = 0;
label : while (1) {
if (($2_1 | 0) > ($14_1 | 0)) {
$15_1 = $2_1 - $14_1 | 0;
$15_1 = ($15_1 | 0) > (256 | 0) ? 256 : $15_1;
$20_1 = $15_1 << 5 | 0;
$40($15_1, $19_1, (($8_1 ? Math_imul($7_1, $16_1) + $14_1 | 0 : Math_imul($7_1, $14_1) + $16_1 | 0) << 2 | 0) + $6_1 | 0, $7_1, $8_1, $18_1, $20_1);
$21 = $15_1;
$15_1 = $16_1 << 2 | 0;
$25($0, $19_1, $21, (($5_1 ? Math_imul($4_1, $14_1) : $14_1) << 2 | 0) + $3_1 | 0, $4_1, $5_1, $18_1, $20_1, $15_1 + $9_1 | 0, $10_1, $11_1 ? $11_1 : ($14_1 | 0) > (0 | 0), !$14_1 & ($12_1 | 0) != (0 | 0) | 0 ? $12_1 + $15_1 | 0 : 0, $13_1);
$14_1 = $14_1 + 256 | 0;
continue label;
}
break label;
};
$16_1 = $16_1 + $17_1 | 0;
continue label1;
}
break label1;
};
}
function $47($0) {
$0 = $0 | 0;
return ($0 ? 65792 : 327936) | 0;
}
function $48($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($8_1 | 0)) {
$7_1 = $3_1;
$6_1 = 0;
label : while (1) {
if (($0 | 0) > ($6_1 | 0)) {
$9_1 = (HEAP32[(($6_1 << 2 | 0) + $4_1 | 0) >> 2] << 2 | 0) + $5_1 | 0;
HEAPF32[$9_1 >> 2] = Math_fround(HEAPF32[$9_1 >> 2] + HEAPF32[$7_1 >> 2]);
$6_1 = $6_1 + 1 | 0;
$7_1 = ($1 << 2 | 0) + $7_1 | 0;
continue label;
}
break label;
};
$8_1 = $8_1 + 1 | 0;
$3_1 = $3_1 + 4 | 0;
$5_1 = ($2_1 << 2 | 0) + $5_1 | 0;
continue label1;
}
break label1;
};
}
function $49($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
var $6_1 = 0, $7_1 = 0, $8_1 = 0;
label1 : while (1) {
if (($1 | 0) > ($8_1 | 0)) {
$7_1 = $5_1;
$6_1 = 0;
label : while (1) {
if (($0 | 0) > ($6_1 | 0)) {
HEAPF32[$7_1 >> 2] = HEAPF32[((HEAP32[(($6_1 << 2 | 0) + $4_1 | 0) >> 2] << 2 | 0) + $3_1 | 0) >> 2];
$6_1 = $6_1 + 1 | 0;
$7_1 = ($1 << 2 | 0) + $7_1 | 0;
continue label;
}
break label;
};
$8_1 = $8_1 + 1 | 0;
$3_1 = ($2_1 << 2 | 0) + $3_1 | 0;
$5_1 = $5_1 + 4 | 0;
continue label1;
}
break label1;
};
}
function $50($0, $1, $2_1) {
var $3_1 = 0, $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0;
label : while (1) {
if (($0 | 0) >= (8 | 0)) {
$4_1 = Math_fround($4_1 + Math_fround(HEAPF32[$1 >> 2] * HEAPF32[$2_1 >> 2]));
$5_1 = Math_fround($5_1 + Math_fround(HEAPF32[($1 + 4 | 0) >> 2] * HEAPF32[($2_1 + 4 | 0) >> 2]));
$6_1 = Math_fround($6_1 + Math_fround(HEAPF32[($1 + 8 | 0) >> 2] * HEAPF32[($2_1 + 8 | 0) >> 2]));
$7_1 = Math_fround($7_1 + Math_fround(HEAPF32[($1 + 12 | 0) >> 2] * HEAPF32[($2_1 + 12 | 0) >> 2]));
$10_1 = Math_fround($10_1 + Math_fround(HEAPF32[($1 + 16 | 0) >> 2] * HEAPF32[($2_1 + 16 | 0) >> 2]));
$11_1 = Math_fround($11_1 + Math_fround(HEAPF32[($1 + 20 | 0) >> 2] * HEAPF32[($2_1 + 20 | 0) >> 2]));
$12_1 = Math_fround($12_1 + Math_fround(HEAPF32[($1 + 24 | 0) >> 2] * HEAPF32[($2_1 + 24 | 0) >> 2]));
$13_1 = Math_fround($13_1 + Math_fround(HEAPF32[($1 + 28 | 0) >> 2] * HEAPF32[($2_1 + 28 | 0) >> 2]));
$0 = $0 - 8 | 0;
$1 = $1 + 32 | 0;
$2_1 = $2_1 + 32 | 0;
continue label;
}
break label;
};
label1 : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$14_1 = HEAPF32[$1 >> 2];
$15_1 = HEAPF32[($1 + 4 | 0) >> 2];
$3_1 = HEAPF32[($1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($1 + 8 | 0) >> 2];
} else {
$8_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$14_1 = $8_1;
$15_1 = lane1;
$3_1 = 0;
$8_1 = lane2;
}
$18_1 = $3_1;
if (($0 | 0) >= (4 | 0)) {
$3_1 = HEAPF32[$2_1 >> 2];
$16_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$9_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
} else {
$9_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$2_1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($2_1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($2_1 + 8 | 0) >> 2] : 0;
$3_1 = $9_1;
$16_1 = lane1;
$17_1 = 0;
$9_1 = lane2;
}
$4_1 = Math_fround($4_1 + Math_fround($14_1 * $3_1));
$5_1 = Math_fround($5_1 + Math_fround($15_1 * $16_1));
$6_1 = Math_fround($6_1 + Math_fround($8_1 * $9_1));
$7_1 = Math_fround($7_1 + Math_fround($18_1 * $17_1));
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
$2_1 = $2_1 + 16 | 0;
continue label1;
}
break label1;
};
return Math_fround(Math_fround(Math_fround($4_1 + $10_1) + Math_fround($5_1 + $11_1)) + Math_fround(Math_fround($6_1 + $12_1) + Math_fround($7_1 + $13_1)));
}
function $51($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
var $6_1 = 0, $7_1 = 0, wasm2js_i32$0 = 0, wasm2js_f32$0 = 0;
$6_1 = $1 << 2 | 0;
label : while (1) {
if (($0 | 0) > ($7_1 | 0)) {
(wasm2js_i32$0 = $4_1, wasm2js_f32$0 = $50($1, $2_1, $3_1)), HEAPF32[wasm2js_i32$0 >> 2] = wasm2js_f32$0;
$7_1 = $7_1 + 1 | 0;
$2_1 = $2_1 + $6_1 | 0;
$3_1 = $3_1 + $6_1 | 0;
$4_1 = ($5_1 << 2 | 0) + $4_1 | 0;
continue label;
}
break label;
};
}
function $52($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
var $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0;
$16_1 = $1 << 2 | 0;
label1 : while (1) {
if (($0 | 0) > ($17_1 | 0)) {
$14_1 = HEAPF32[$2_1 >> 2];
$8_1 = $1;
$12_1 = 0;
label : while (1) {
if (($8_1 | 0) > (0 | 0)) {
$7_1 = $4_1 + $12_1 | 0;
if (($8_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$7_1 >> 2];
$11_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$13_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$9_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$13_1 = 0;
$9_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$10_1 = $9_1;
$11_1 = lane1;
$9_1 = lane2;
}
$10_1 = Math_fround($14_1 * $10_1);
$11_1 = Math_fround($14_1 * $11_1);
$9_1 = Math_fround($14_1 * $9_1);
$15_1 = Math_fround($14_1 * $13_1);
if ($6_1) {
$7_1 = $5_1 + $12_1 | 0;
if (($8_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$7_1 >> 2];
$18_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$19_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$20_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
} else {
$13_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$18_1 = lane2;
$19_1 = 0;
$20_1 = lane1;
}
$10_1 = Math_fround($10_1 + $13_1);
$11_1 = Math_fround($11_1 + $20_1);
$15_1 = Math_fround($15_1 + $19_1);
$9_1 = Math_fround($9_1 + $18_1);
}
$7_1 = $5_1 + $12_1 | 0;
if (($8_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $10_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $11_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $9_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $15_1;
} else {
if (($8_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $10_1
}
if (($8_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $11_1
}
if (($8_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $9_1
}
}
$8_1 = $8_1 - 4 | 0;
$12_1 = $12_1 + 16 | 0;
continue label;
}
break label;
};
$17_1 = $17_1 + 1 | 0;
$2_1 = ($3_1 << 2 | 0) + $2_1 | 0;
$4_1 = $4_1 + $16_1 | 0;
$5_1 = $5_1 + $16_1 | 0;
continue label1;
}
break label1;
};
}
function $53($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, wasm2js_i32$0 = 0, wasm2js_f32$0 = 0;
label : while (1) {
if (($1 | 0) > ($5_1 | 0)) {
(wasm2js_i32$0 = $4_1, wasm2js_f32$0 = Math_fround(HEAPF32[$4_1 >> 2] + $50($0, $2_1, $3_1))), HEAPF32[wasm2js_i32$0 >> 2] = wasm2js_f32$0;
$5_1 = $5_1 + 1 | 0;
$3_1 = ($0 << 2 | 0) + $3_1 | 0;
$4_1 = $4_1 + 4 | 0;
continue label;
}
break label;
};
}
function $54($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0;
$18_1 = $1 << 2 | 0;
label1 : while (1) {
if (($19_1 + 4 | 0 | 0) <= ($0 | 0)) {
$13_1 = HEAPF32[$2_1 >> 2];
$14_1 = HEAPF32[($2_1 + 4 | 0) >> 2];
$15_1 = HEAPF32[($2_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($2_1 + 12 | 0) >> 2];
$7_1 = $3_1;
$6_1 = $4_1;
$5_1 = $1;
label : while (1) {
if (($5_1 | 0) > (0 | 0)) {
if (($5_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$7_1 >> 2];
$11_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
} else {
$10_1 = ($5_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($5_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($5_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$12_1 = 0;
$8_1 = lane1;
}
$17_1 = Math_fround($13_1 * $10_1);
$20_1 = Math_fround($13_1 * $8_1);
$21 = Math_fround($13_1 * $11_1);
$22_1 = Math_fround($13_1 * $12_1);
$9_1 = $7_1 + $18_1 | 0;
if (($5_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$9_1 >> 2];
$11_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
} else {
$10_1 = ($5_1 | 0) > (0 | 0) ? HEAPF32[$9_1 >> 2] : 0;
lane1 = ($5_1 | 0) > (1 | 0) ? HEAPF32[($9_1 + 4 | 0) >> 2] : 0;
lane2 = ($5_1 | 0) > (2 | 0) ? HEAPF32[($9_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$12_1 = 0;
$8_1 = lane1;
}
$17_1 = Math_fround($17_1 + Math_fround($14_1 * $10_1));
$20_1 = Math_fround($20_1 + Math_fround($14_1 * $8_1));
$21 = Math_fround($21 + Math_fround($14_1 * $11_1));
$22_1 = Math_fround($22_1 + Math_fround($14_1 * $12_1));
$9_1 = ($18_1 << 1 | 0) + $7_1 | 0;
if (($5_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$9_1 >> 2];
$11_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
} else {
$10_1 = ($5_1 | 0) > (0 | 0) ? HEAPF32[$9_1 >> 2] : 0;
lane1 = ($5_1 | 0) > (1 | 0) ? HEAPF32[($9_1 + 4 | 0) >> 2] : 0;
lane2 = ($5_1 | 0) > (2 | 0) ? HEAPF32[($9_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$12_1 = 0;
$8_1 = lane1;
}
$23_1 = Math_fround($15_1 * $10_1);
$24_1 = Math_fround($15_1 * $8_1);
$25_1 = Math_fround($15_1 * $11_1);
$26_1 = Math_fround($15_1 * $12_1);
$9_1 = Math_imul($18_1, 3) + $7_1 | 0;
if (($5_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$9_1 >> 2];
$11_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
} else {
$10_1 = ($5_1 | 0) > (0 | 0) ? HEAPF32[$9_1 >> 2] : 0;
lane1 = ($5_1 | 0) > (1 | 0) ? HEAPF32[($9_1 + 4 | 0) >> 2] : 0;
lane2 = ($5_1 | 0) > (2 | 0) ? HEAPF32[($9_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$12_1 = 0;
$8_1 = lane1;
}
$23_1 = Math_fround($23_1 + Math_fround($16_1 * $10_1));
$24_1 = Math_fround($24_1 + Math_fround($16_1 * $8_1));
$25_1 = Math_fround($25_1 + Math_fround($16_1 * $11_1));
$26_1 = Math_fround($26_1 + Math_fround($16_1 * $12_1));
if (($5_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$6_1 >> 2];
$11_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$8_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
} else {
$10_1 = ($5_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($5_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($5_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$12_1 = 0;
$8_1 = lane1;
}
$10_1 = Math_fround($10_1 + Math_fround($17_1 + $23_1));
$8_1 = Math_fround($8_1 + Math_fround($20_1 + $24_1));
$11_1 = Math_fround($11_1 + Math_fround($21 + $25_1));
if (($5_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $10_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $8_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround($12_1 + Math_fround($22_1 + $26_1));
} else {
if (($5_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $10_1
}
if (($5_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $8_1
}
if (($5_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $11_1
}
}
$5_1 = $5_1 - 4 | 0;
$7_1 = $7_1 + 16 | 0;
$6_1 = $6_1 + 16 | 0;
continue label;
}
break label;
};
$19_1 = $19_1 + 4 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = ($18_1 << 2 | 0) + $3_1 | 0;
continue label1;
}
break label1;
};
label3 : while (1) {
if (($0 | 0) > ($19_1 | 0)) {
$16_1 = HEAPF32[$2_1 >> 2];
$5_1 = $3_1;
$7_1 = $4_1;
$6_1 = $1;
label2 : while (1) {
if (($6_1 | 0) > (0 | 0)) {
if (($6_1 | 0) >= (4 | 0)) {
$8_1 = HEAPF32[$7_1 >> 2];
$11_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$13_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$10_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
} else {
$10_1 = ($6_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($6_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($6_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$8_1 = $10_1;
$11_1 = lane2;
$13_1 = lane1;
$10_1 = 0;
}
$15_1 = $13_1;
if (($6_1 | 0) >= (4 | 0)) {
$13_1 = HEAPF32[$5_1 >> 2];
$12_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$17_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
} else {
$14_1 = ($6_1 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($6_1 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($6_1 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$13_1 = $14_1;
$12_1 = lane2;
$17_1 = lane1;
$14_1 = 0;
}
$8_1 = Math_fround($8_1 + Math_fround($16_1 * $13_1));
$13_1 = Math_fround($15_1 + Math_fround($16_1 * $17_1));
$15_1 = Math_fround($11_1 + Math_fround($16_1 * $12_1));
if (($6_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $8_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $15_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround($10_1 + Math_fround($16_1 * $14_1));
} else {
if (($6_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $8_1
}
if (($6_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $13_1
}
if (($6_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $15_1
}
}
$6_1 = $6_1 - 4 | 0;
$5_1 = $5_1 + 16 | 0;
$7_1 = $7_1 + 16 | 0;
continue label2;
}
break label2;
};
$19_1 = $19_1 + 1 | 0;
$2_1 = $2_1 + 4 | 0;
$3_1 = $3_1 + $18_1 | 0;
continue label3;
}
break label3;
};
}
function $55($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0;
$14_1 = $1 << 2 | 0;
label1 : while (1) {
if (($0 | 0) > ($13_1 | 0)) {
$7_1 = $2_1;
$5_1 = Math_imul(HEAP32[(($13_1 << 2 | 0) + $3_1 | 0) >> 2], $14_1) + $4_1 | 0;
$6_1 = $1;
label : while (1) {
if (($6_1 | 0) > (0 | 0)) {
if (($6_1 | 0) >= (4 | 0)) {
$8_1 = HEAPF32[$5_1 >> 2];
$15_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$11_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
$9_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
} else {
$11_1 = ($6_1 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($6_1 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($6_1 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$8_1 = $11_1;
$15_1 = lane2;
$11_1 = 0;
$9_1 = lane1;
}
if (($6_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$7_1 >> 2];
$16_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$17_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$12_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
} else {
$12_1 = ($6_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($6_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($6_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$10_1 = $12_1;
$16_1 = lane2;
$17_1 = lane1;
$12_1 = 0;
}
$8_1 = Math_fround($8_1 + $10_1);
$10_1 = Math_fround($9_1 + $17_1);
$9_1 = Math_fround($15_1 + $16_1);
if (($6_1 | 0) >= (4 | 0)) {
HEAPF32[$5_1 >> 2] = $8_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $10_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $9_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = Math_fround($11_1 + $12_1);
} else {
if (($6_1 | 0) > (0 | 0)) {
HEAPF32[$5_1 >> 2] = $8_1
}
if (($6_1 | 0) > (1 | 0)) {
HEAPF32[($5_1 + 4 | 0) >> 2] = $10_1
}
if (($6_1 | 0) > (2 | 0)) {
HEAPF32[($5_1 + 8 | 0) >> 2] = $9_1
}
}
$6_1 = $6_1 - 4 | 0;
$7_1 = $7_1 + 16 | 0;
$5_1 = $5_1 + 16 | 0;
continue label;
}
break label;
};
$13_1 = $13_1 + 1 | 0;
$2_1 = $2_1 + $14_1 | 0;
continue label1;
}
break label1;
};
}
function $56($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0;
$17_1 = $1 << 2 | 0;
label1 : while (1) {
if (($1 | 0) > ($12_1 | 0)) {
$5_1 = $1 - $12_1 | 0;
if ($4_1) {
if (($5_1 | 0) >= (4 | 0)) {
$8_1 = HEAPF32[$3_1 >> 2];
$9_1 = HEAPF32[($3_1 + 8 | 0) >> 2];
$10_1 = HEAPF32[($3_1 + 12 | 0) >> 2];
$7_1 = HEAPF32[($3_1 + 4 | 0) >> 2];
} else {
$8_1 = ($5_1 | 0) > (0 | 0) ? HEAPF32[$3_1 >> 2] : 0;
lane1 = ($5_1 | 0) > (1 | 0) ? HEAPF32[($3_1 + 4 | 0) >> 2] : 0;
lane2 = ($5_1 | 0) > (2 | 0) ? HEAPF32[($3_1 + 8 | 0) >> 2] : 0;
$9_1 = lane2;
$10_1 = 0;
$7_1 = lane1;
}
} else {
$8_1 = 0;
$9_1 = 0;
$10_1 = 0;
$7_1 = 0;
}
$11_1 = $7_1;
$6_1 = $2_1;
$13_1 = 0;
label : while (1) {
if (($0 | 0) > ($13_1 | 0)) {
if (($5_1 | 0) >= (4 | 0)) {
$14_1 = HEAPF32[$6_1 >> 2];
$15_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$7_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$7_1 = ($5_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($5_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($5_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$14_1 = $7_1;
$15_1 = lane2;
$16_1 = lane1;
$7_1 = 0;
}
$8_1 = Math_fround($8_1 + $14_1);
$11_1 = Math_fround($11_1 + $16_1);
$9_1 = Math_fround($9_1 + $15_1);
$10_1 = Math_fround($10_1 + $7_1);
$13_1 = $13_1 + 1 | 0;
$6_1 = $6_1 + $17_1 | 0;
continue label;
}
break label;
};
if (($5_1 | 0) >= (4 | 0)) {
HEAPF32[$3_1 >> 2] = $8_1;
HEAPF32[($3_1 + 4 | 0) >> 2] = $11_1;
HEAPF32[($3_1 + 8 | 0) >> 2] = $9_1;
HEAPF32[($3_1 + 12 | 0) >> 2] = $10_1;
} else {
if (($5_1 | 0) > (0 | 0)) {
HEAPF32[$3_1 >> 2] = $8_1
}
if (($5_1 | 0) > (1 | 0)) {
HEAPF32[($3_1 + 4 | 0) >> 2] = $11_1
}
if (($5_1 | 0) > (2 | 0)) {
HEAPF32[($3_1 + 8 | 0) >> 2] = $9_1
}
}
$12_1 = $12_1 + 4 | 0;
$2_1 = $2_1 + 16 | 0;
$3_1 = $3_1 + 16 | 0;
continue label1;
}
break label1;
};
}
function $57($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0;
$5_1 = $1 << 2 | 0;
$1 = 0;
label : while (1) {
if (($0 | 0) > ($1 | 0)) {
wasm2js_memory_copy($4_1, Math_imul(HEAP32[(($1 << 2 | 0) + $3_1 | 0) >> 2], $5_1) + $2_1 | 0, $5_1);
$1 = $1 + 1 | 0;
$4_1 = $4_1 + $5_1 | 0;
continue label;
}
break label;
};
}
function $58($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
var $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0;
$14_1 = $1 << 2 | 0;
label1 : while (1) {
if (($0 | 0) > ($15_1 | 0)) {
$7_1 = HEAP32[(($15_1 << 2 | 0) + $2_1 | 0) >> 2];
$9_1 = ($7_1 << 2 | 0) + $4_1 | 0;
$8_1 = HEAP32[$9_1 >> 2];
if (($8_1 | 0) >= (0 | 0)) {
$9_1 = $3_1;
$7_1 = Math_imul($8_1, $14_1) + $6_1 | 0;
$8_1 = $1;
label : while (1) {
if (($8_1 | 0) > (0 | 0)) {
if (($8_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$7_1 >> 2];
$16_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$17_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$13_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
} else {
$10_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$12_1 = $10_1;
$16_1 = lane2;
$17_1 = 0;
$13_1 = lane1;
}
if (($8_1 | 0) >= (4 | 0)) {
$18_1 = HEAPF32[$9_1 >> 2];
$19_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
$20_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$10_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
} else {
$20_1 = 0;
$10_1 = ($8_1 | 0) > (0 | 0) ? HEAPF32[$9_1 >> 2] : 0;
lane1 = ($8_1 | 0) > (1 | 0) ? HEAPF32[($9_1 + 4 | 0) >> 2] : 0;
lane2 = ($8_1 | 0) > (2 | 0) ? HEAPF32[($9_1 + 8 | 0) >> 2] : 0;
$18_1 = $10_1;
$19_1 = lane2;
$10_1 = lane1;
}
$12_1 = Math_fround($12_1 + $18_1);
$13_1 = Math_fround($13_1 + $10_1);
$10_1 = Math_fround($16_1 + $19_1);
if (($8_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $12_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $10_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround($17_1 + $20_1);
} else {
if (($8_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $12_1
}
if (($8_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $13_1
}
if (($8_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $10_1
}
}
$8_1 = $8_1 - 4 | 0;
$9_1 = $9_1 + 16 | 0;
$7_1 = $7_1 + 16 | 0;
continue label;
}
break label;
};
} else {
HEAP32[$9_1 >> 2] = $11_1;
HEAP32[(($11_1 << 2 | 0) + $5_1 | 0) >> 2] = $7_1;
wasm2js_memory_copy(Math_imul($11_1, $14_1) + $6_1 | 0, $3_1, $14_1);
$11_1 = $11_1 + 1 | 0;
}
$15_1 = $15_1 + 1 | 0;
$3_1 = $3_1 + $14_1 | 0;
continue label1;
}
break label1;
};
$0 = 0;
label2 : while (1) {
if (($0 | 0) < ($11_1 | 0)) {
HEAP32[((HEAP32[(($0 << 2 | 0) + $5_1 | 0) >> 2] << 2 | 0) + $4_1 | 0) >> 2] = -1;
$0 = $0 + 1 | 0;
continue label2;
}
break label2;
};
return $11_1 | 0;
}
function $59($0, $1) {
$0 = $0 | 0;
$1 = $1 | 0;
var $2_1 = 0.0, $3_1 = 0, $4_1 = 0, $5_1 = 0, $6_1 = 0, $7_1 = 0.0, $8_1 = 0.0, $9_1 = 0.0, $10_1 = 0.0;
label : while (1) {
if (($0 | 0) > (0 | 0)) {
if (($0 | 0) >= (4 | 0)) {
$4_1 = HEAPF32[$1 >> 2];
$5_1 = HEAPF32[($1 + 8 | 0) >> 2];
$6_1 = HEAPF32[($1 + 4 | 0) >> 2];
$3_1 = HEAPF32[($1 + 12 | 0) >> 2];
} else {
$3_1 = ($0 | 0) > (0 | 0) ? HEAPF32[$1 >> 2] : 0;
lane1 = ($0 | 0) > (1 | 0) ? HEAPF32[($1 + 4 | 0) >> 2] : 0;
lane2 = ($0 | 0) > (2 | 0) ? HEAPF32[($1 + 8 | 0) >> 2] : 0;
$4_1 = $3_1;
$5_1 = lane2;
$6_1 = lane1;
$3_1 = 0;
}
$2_1 = +$4_1;
$7_1 = $7_1 + $2_1 * $2_1;
$2_1 = +$6_1;
$8_1 = $8_1 + $2_1 * $2_1;
$2_1 = +$5_1;
$9_1 = $9_1 + $2_1 * $2_1;
$2_1 = +$3_1;
$10_1 = $10_1 + $2_1 * $2_1;
$0 = $0 - 4 | 0;
$1 = $1 + 16 | 0;
continue label;
}
break label;
};
return +($7_1 + $9_1 + ($8_1 + $10_1));
}
function $60($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0;
$37_1 = HEAP32[($0 + 20 | 0) >> 2];
$38_1 = HEAP32[($0 + 24 | 0) >> 2];
$44_1 = $1 << 2 | 0;
$40_1 = Math_imul($44_1, HEAP32[($0 + 8 | 0) >> 2]);
if ($2_1) {
$3_1 = Math_imul(Math_imul($37_1, $38_1) - 1 | 0, $40_1) + $3_1 | 0
}
$41_1 = $2_1 ? 0 - $40_1 | 0 : $40_1;
$52_1 = Math_imul($41_1, $38_1);
label3 : while (1) {
if ((HEAP32[($0 + 8 | 0) >> 2] | 0) > ($45_1 | 0)) {
$2_1 = $1;
$43_1 = 0;
label2 : while (1) {
if (($2_1 | 0) > (0 | 0)) {
$22_1 = 0;
label : while (1) {
if ($22_1 >>> 0 < $37_1 >>> 0) {
$7_1 = Math_imul($22_1, 96) + $5_1 | 0;
$9_1 = (Math_imul($22_1, $52_1) + $3_1 | 0) + $43_1 | 0;
$6_1 = $9_1;
if (($2_1 | 0) >= (4 | 0)) {
$11_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$15_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$10_1 = HEAPF32[$6_1 >> 2];
} else {
$10_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$15_1 = 0;
$12_1 = lane1;
}
$13_1 = $10_1;
$6_1 = $9_1 + $41_1 | 0;
if (($2_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$6_1 >> 2];
$16_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$33_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
} else {
$16_1 = 0;
$10_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$33_1 = lane1;
$14_1 = lane2;
}
if (($38_1 | 0) > (2 | 0)) {
$6_1 = $9_1 + ($41_1 << 1 | 0) | 0;
if (($2_1 | 0) >= (4 | 0)) {
$25_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$26_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$27_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[$6_1 >> 2];
} else {
$8_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$25_1 = lane2;
$26_1 = 0;
$27_1 = lane1;
}
$34_1 = $8_1;
} else {
$25_1 = 0;
$26_1 = 0;
$27_1 = 0;
$34_1 = 0;
}
if (($38_1 | 0) > (3 | 0)) {
$6_1 = $9_1 + Math_imul($41_1, 3) | 0;
if (($2_1 | 0) >= (4 | 0)) {
$28_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$29_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$30_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[$6_1 >> 2];
} else {
$8_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$28_1 = lane2;
$29_1 = 0;
$30_1 = lane1;
}
$35_1 = $8_1;
} else {
$28_1 = 0;
$29_1 = 0;
$30_1 = 0;
$35_1 = 0;
}
if (($38_1 | 0) > (4 | 0)) {
$6_1 = $9_1 + ($41_1 << 2 | 0) | 0;
if (($2_1 | 0) >= (4 | 0)) {
$31_1 = HEAPF32[$6_1 >> 2];
$32_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$36_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$8_1 = ($2_1 | 0) > (0 | 0) ? HEAPF32[$6_1 >> 2] : 0;
lane1 = ($2_1 | 0) > (1 | 0) ? HEAPF32[($6_1 + 4 | 0) >> 2] : 0;
lane2 = ($2_1 | 0) > (2 | 0) ? HEAPF32[($6_1 + 8 | 0) >> 2] : 0;
$31_1 = $8_1;
$32_1 = lane2;
$36_1 = lane1;
$8_1 = 0;
}
} else {
$31_1 = 0;
$32_1 = 0;
$36_1 = 0;
$8_1 = 0;
}
HEAPF32[$7_1 >> 2] = Math_fround($13_1 * 0.25);
HEAPF32[($7_1 + 4 | 0) >> 2] = Math_fround($12_1 * 0.25);
HEAPF32[($7_1 + 8 | 0) >> 2] = Math_fround($11_1 * 0.25);
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround($15_1 * 0.25);
$6_1 = $7_1 + 16 | 0;
$17_1 = Math_fround(Math_fround($13_1 + $34_1) + $31_1);
$18_1 = Math_fround($10_1 + $35_1);
HEAPF32[$6_1 >> 2] = Math_fround(Math_fround($17_1 + $18_1) * (-0.1666666716337204));
$19_1 = Math_fround(Math_fround($12_1 + $27_1) + $36_1);
$20_1 = Math_fround($33_1 + $30_1);
HEAPF32[($6_1 + 4 | 0) >> 2] = Math_fround(Math_fround($19_1 + $20_1) * (-0.1666666716337204));
$23_1 = Math_fround(Math_fround($11_1 + $25_1) + $32_1);
$24_1 = Math_fround($14_1 + $28_1);
HEAPF32[($6_1 + 8 | 0) >> 2] = Math_fround(Math_fround($23_1 + $24_1) * (-0.1666666716337204));
$21 = Math_fround(Math_fround($15_1 + $26_1) + $8_1);
$39_1 = Math_fround($16_1 + $29_1);
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($21 + $39_1) * (-0.1666666716337204));
$6_1 = $7_1 + 32 | 0;
HEAPF32[$6_1 >> 2] = Math_fround(Math_fround($17_1 - $18_1) * (-0.1666666716337204));
HEAPF32[($6_1 + 4 | 0) >> 2] = Math_fround(Math_fround($19_1 - $20_1) * (-0.1666666716337204));
HEAPF32[($6_1 + 8 | 0) >> 2] = Math_fround(Math_fround($23_1 - $24_1) * (-0.1666666716337204));
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($21 - $39_1) * (-0.1666666716337204));
$6_1 = $7_1 + 48 | 0;
$13_1 = Math_fround($13_1 + Math_fround(Math_fround($34_1 + Math_fround($31_1 * 4)) * 4));
$17_1 = Math_fround($10_1 + Math_fround($35_1 * 4));
$17_1 = Math_fround($17_1 + $17_1);
HEAPF32[$6_1 >> 2] = Math_fround(Math_fround($13_1 + $17_1) * 0.0416666679084301);
$12_1 = Math_fround($12_1 + Math_fround(Math_fround($27_1 + Math_fround($36_1 * 4)) * 4));
$18_1 = Math_fround($33_1 + Math_fround($30_1 * 4));
$18_1 = Math_fround($18_1 + $18_1);
HEAPF32[($6_1 + 4 | 0) >> 2] = Math_fround(Math_fround($12_1 + $18_1) * 0.0416666679084301);
$11_1 = Math_fround($11_1 + Math_fround(Math_fround($25_1 + Math_fround($32_1 * 4)) * 4));
$19_1 = Math_fround($14_1 + Math_fround($28_1 * 4));
$19_1 = Math_fround($19_1 + $19_1);
HEAPF32[($6_1 + 8 | 0) >> 2] = Math_fround(Math_fround($11_1 + $19_1) * 0.0416666679084301);
$15_1 = Math_fround($15_1 + Math_fround(Math_fround($26_1 + Math_fround($8_1 * 4)) * 4));
$20_1 = Math_fround($16_1 + Math_fround($29_1 * 4));
$20_1 = Math_fround($20_1 + $20_1);
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($15_1 + $20_1) * 0.0416666679084301);
$6_1 = $7_1 - -64 | 0;
HEAPF32[$6_1 >> 2] = Math_fround(Math_fround($13_1 - $17_1) * 0.0416666679084301);
HEAPF32[($6_1 + 4 | 0) >> 2] = Math_fround(Math_fround($12_1 - $18_1) * 0.0416666679084301);
HEAPF32[($6_1 + 8 | 0) >> 2] = Math_fround(Math_fround($11_1 - $19_1) * 0.0416666679084301);
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($15_1 - $20_1) * 0.0416666679084301);
if (($38_1 | 0) > (4 | 0)) {
$10_1 = $31_1;
$14_1 = $32_1;
$16_1 = $8_1;
$8_1 = $36_1;
} else {
if (($38_1 | 0) > (3 | 0)) {
$10_1 = $35_1;
$14_1 = $28_1;
$16_1 = $29_1;
$8_1 = $30_1;
} else {
if (($38_1 | 0) > (2 | 0)) {
$10_1 = $34_1;
$14_1 = $25_1;
$16_1 = $26_1;
$8_1 = $27_1;
} else {
$8_1 = $33_1
}
}
}
$7_1 = $7_1 + 80 | 0;
HEAPF32[$7_1 >> 2] = $10_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $8_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $14_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $16_1;
$22_1 = $22_1 + 1 | 0;
continue label;
}
break label;
};
$22_1 = 0;
label1 : while (1) {
if ($22_1 >>> 0 < 6 >>> 0) {
$7_1 = (Math_imul($22_1, $40_1) + $4_1 | 0) + $43_1 | 0;
$6_1 = ($22_1 << 4 | 0) + $5_1 | 0;
$13_1 = HEAPF32[$6_1 >> 2];
$12_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$15_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$9_1 = $6_1 + 96 | 0;
$10_1 = HEAPF32[$9_1 >> 2];
$36_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
$14_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
$16_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
if (($37_1 | 0) > (2 | 0)) {
$9_1 = $6_1 + 192 | 0;
$34_1 = HEAPF32[$9_1 >> 2];
$26_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$33_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
$25_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
} else {
$34_1 = 0;
$26_1 = 0;
$33_1 = 0;
$25_1 = 0;
}
if (($37_1 | 0) > (3 | 0)) {
$9_1 = $6_1 + 288 | 0;
$35_1 = HEAPF32[$9_1 >> 2];
$29_1 = HEAPF32[($9_1 + 12 | 0) >> 2];
$27_1 = HEAPF32[($9_1 + 4 | 0) >> 2];
$28_1 = HEAPF32[($9_1 + 8 | 0) >> 2];
} else {
$35_1 = 0;
$29_1 = 0;
$27_1 = 0;
$28_1 = 0;
}
if (($37_1 | 0) > (4 | 0)) {
$6_1 = $6_1 + 384 | 0;
$31_1 = HEAPF32[$6_1 >> 2];
$32_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$30_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$8_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
} else {
$31_1 = 0;
$32_1 = 0;
$30_1 = 0;
$8_1 = 0;
}
$17_1 = Math_fround($10_1 + Math_fround($35_1 * 4));
$17_1 = Math_fround($17_1 + $17_1);
$18_1 = Math_fround($36_1 + Math_fround($27_1 * 4));
$18_1 = Math_fround($18_1 + $18_1);
$19_1 = Math_fround($14_1 + Math_fround($28_1 * 4));
$19_1 = Math_fround($19_1 + $19_1);
$20_1 = Math_fround($16_1 + Math_fround($29_1 * 4));
$20_1 = Math_fround($20_1 + $20_1);
$23_1 = Math_fround($13_1 * 0.25);
$24_1 = Math_fround($12_1 * 0.25);
$21 = Math_fround($11_1 * 0.25);
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $23_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $24_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $21;
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround($15_1 * 0.25);
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $23_1
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $24_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $21
}
}
$23_1 = Math_fround(Math_fround($15_1 + $26_1) + $8_1);
$24_1 = Math_fround($16_1 + $29_1);
$9_1 = Math_imul($40_1, 6);
$6_1 = $9_1 + $7_1 | 0;
$46_1 = Math_fround(Math_fround($13_1 + $34_1) + $31_1);
$47_1 = Math_fround($10_1 + $35_1);
$21 = Math_fround(Math_fround($46_1 + $47_1) * (-0.1666666716337204));
$48_1 = Math_fround(Math_fround($12_1 + $33_1) + $30_1);
$49_1 = Math_fround($36_1 + $27_1);
$39_1 = Math_fround(Math_fround($48_1 + $49_1) * (-0.1666666716337204));
$50_1 = Math_fround(Math_fround($11_1 + $25_1) + $32_1);
$51_1 = Math_fround($14_1 + $28_1);
$42_1 = Math_fround(Math_fround($50_1 + $51_1) * (-0.1666666716337204));
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $21;
HEAPF32[($6_1 + 4 | 0) >> 2] = $39_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $42_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 + $24_1) * (-0.1666666716337204));
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $21
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $39_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $42_1
}
}
$6_1 = $7_1 + ($9_1 << 1 | 0) | 0;
$21 = Math_fround(Math_fround($46_1 - $47_1) * (-0.1666666716337204));
$39_1 = Math_fround(Math_fround($48_1 - $49_1) * (-0.1666666716337204));
$42_1 = Math_fround(Math_fround($50_1 - $51_1) * (-0.1666666716337204));
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $21;
HEAPF32[($6_1 + 4 | 0) >> 2] = $39_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $42_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 - $24_1) * (-0.1666666716337204));
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $21
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $39_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $42_1
}
}
$15_1 = Math_fround($15_1 + Math_fround(Math_fround($26_1 + Math_fround($8_1 * 4)) * 4));
$6_1 = $7_1 + Math_imul($9_1, 3) | 0;
$23_1 = Math_fround($13_1 + Math_fround(Math_fround($34_1 + Math_fround($31_1 * 4)) * 4));
$13_1 = Math_fround(Math_fround($23_1 + $17_1) * 0.0416666679084301);
$24_1 = Math_fround($12_1 + Math_fround(Math_fround($33_1 + Math_fround($30_1 * 4)) * 4));
$12_1 = Math_fround(Math_fround($24_1 + $18_1) * 0.0416666679084301);
$21 = Math_fround($11_1 + Math_fround(Math_fround($25_1 + Math_fround($32_1 * 4)) * 4));
$11_1 = Math_fround(Math_fround($21 + $19_1) * 0.0416666679084301);
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $13_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $12_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($15_1 + $20_1) * 0.0416666679084301);
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $13_1
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $12_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $11_1
}
}
$6_1 = $7_1 + ($9_1 << 2 | 0) | 0;
$13_1 = Math_fround(Math_fround($23_1 - $17_1) * 0.0416666679084301);
$12_1 = Math_fround(Math_fround($24_1 - $18_1) * 0.0416666679084301);
$11_1 = Math_fround(Math_fround($21 - $19_1) * 0.0416666679084301);
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $13_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $12_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround($15_1 - $20_1) * 0.0416666679084301);
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $13_1
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $12_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $11_1
}
}
if (($37_1 | 0) > (4 | 0)) {
$10_1 = $31_1;
$14_1 = $32_1;
$16_1 = $8_1;
$8_1 = $30_1;
} else {
if (($37_1 | 0) > (3 | 0)) {
$10_1 = $35_1;
$14_1 = $28_1;
$16_1 = $29_1;
$8_1 = $27_1;
} else {
if (($37_1 | 0) > (2 | 0)) {
$10_1 = $34_1;
$14_1 = $25_1;
$16_1 = $26_1;
$8_1 = $33_1;
} else {
$8_1 = $36_1
}
}
}
$7_1 = $7_1 + Math_imul($9_1, 5) | 0;
if (($2_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $10_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $8_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $14_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $16_1;
} else {
if (($2_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $10_1
}
if (($2_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $8_1
}
if (($2_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $14_1
}
}
$22_1 = $22_1 + 1 | 0;
continue label1;
}
break label1;
};
$2_1 = $2_1 - 4 | 0;
$43_1 = $43_1 + 16 | 0;
continue label2;
}
break label2;
};
$45_1 = $45_1 + 1 | 0;
$3_1 = $3_1 + $44_1 | 0;
$4_1 = $4_1 + $44_1 | 0;
continue label3;
}
break label3;
};
}
function $61($0, $1, $2_1, $3_1, $4_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
var $5_1 = 0, $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0;
$31_1 = HEAP32[($0 + 20 | 0) >> 2];
$29_1 = HEAP32[($0 + 24 | 0) >> 2];
$46_1 = $1 << 2 | 0;
$32_1 = Math_imul($46_1, HEAP32[($0 + 8 | 0) >> 2]);
label4 : while (1) {
if ((HEAP32[($0 + 8 | 0) >> 2] | 0) > ($48_1 | 0)) {
$9_1 = $1;
$41_1 = 0;
label3 : while (1) {
if (($9_1 | 0) > (0 | 0)) {
$14_1 = 0;
label : while (1) {
if ($14_1 >>> 0 < 6 >>> 0) {
$16_1 = Math_imul($14_1, 96) + $4_1 | 0;
$11_1 = (Math_imul(Math_imul($14_1, 6), $32_1) + $2_1 | 0) + $41_1 | 0;
$5_1 = $11_1 + $32_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$5_1 >> 2];
$13_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$22_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
} else {
$6_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$12_1 = $6_1;
$13_1 = lane2;
$22_1 = lane1;
$6_1 = 0;
}
$30_1 = $12_1;
$23_1 = $13_1;
$24_1 = $6_1;
$5_1 = $11_1 + ($32_1 << 1 | 0) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$5_1 >> 2];
$13_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$20_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
} else {
$6_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$12_1 = $6_1;
$13_1 = lane2;
$20_1 = lane1;
$6_1 = 0;
}
$25_1 = $12_1;
$26_1 = $13_1;
$27_1 = $6_1;
$5_1 = $11_1 + Math_imul($32_1, 3) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$5_1 >> 2];
$13_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$33_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
} else {
$6_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$12_1 = $6_1;
$13_1 = lane2;
$33_1 = lane1;
$6_1 = 0;
}
$18_1 = $12_1;
$28_1 = $13_1;
$8_1 = $6_1;
$5_1 = $11_1 + ($32_1 << 2 | 0) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$5_1 >> 2];
$13_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$17_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
} else {
$6_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$12_1 = $6_1;
$13_1 = lane2;
$17_1 = lane1;
$6_1 = 0;
}
$19_1 = $12_1;
$21 = $13_1;
$7_1 = $6_1;
$5_1 = $11_1 + Math_imul($32_1, 5) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$5_1 >> 2];
$13_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$10_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$6_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
} else {
$6_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$5_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($5_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($5_1 + 8 | 0) >> 2] : 0;
$12_1 = $6_1;
$13_1 = lane2;
$10_1 = lane1;
$6_1 = 0;
}
$34_1 = $10_1;
$35_1 = Math_fround($30_1 + $25_1);
$36_1 = Math_fround($22_1 + $20_1);
$37_1 = Math_fround($23_1 + $26_1);
$38_1 = Math_fround($24_1 + $27_1);
$30_1 = Math_fround($30_1 - $25_1);
$25_1 = Math_fround($22_1 - $20_1);
$26_1 = Math_fround($23_1 - $26_1);
$27_1 = Math_fround($24_1 - $27_1);
$39_1 = Math_fround($18_1 + $19_1);
$22_1 = Math_fround($33_1 + $17_1);
$23_1 = Math_fround($28_1 + $21);
$24_1 = Math_fround($8_1 + $7_1);
$20_1 = Math_fround($18_1 - $19_1);
$18_1 = Math_fround($33_1 - $17_1);
$17_1 = Math_fround($28_1 - $21);
$19_1 = Math_fround($8_1 - $7_1);
if (($9_1 | 0) >= (4 | 0)) {
$10_1 = HEAPF32[$11_1 >> 2];
$8_1 = HEAPF32[($11_1 + 8 | 0) >> 2];
$21 = HEAPF32[($11_1 + 4 | 0) >> 2];
$7_1 = HEAPF32[($11_1 + 12 | 0) >> 2];
} else {
$7_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$11_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($11_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($11_1 + 8 | 0) >> 2] : 0;
$10_1 = $7_1;
$8_1 = lane2;
$21 = lane1;
$7_1 = 0;
}
HEAPF32[$16_1 >> 2] = Math_fround($10_1 + Math_fround($35_1 + $39_1));
HEAPF32[($16_1 + 4 | 0) >> 2] = Math_fround($21 + Math_fround($36_1 + $22_1));
HEAPF32[($16_1 + 8 | 0) >> 2] = Math_fround($8_1 + Math_fround($37_1 + $23_1));
HEAPF32[($16_1 + 12 | 0) >> 2] = Math_fround($7_1 + Math_fround($38_1 + $24_1));
$10_1 = Math_fround($30_1 + Math_fround($20_1 + $20_1));
$15_1 = Math_fround($25_1 + Math_fround($18_1 + $18_1));
$8_1 = Math_fround($26_1 + Math_fround($17_1 + $17_1));
$7_1 = Math_fround($27_1 + Math_fround($19_1 + $19_1));
$5_1 = $16_1 + 16 | 0;
if (($29_1 | 0) == (2 | 0)) {
$15_1 = Math_fround($15_1 + $34_1);
$8_1 = Math_fround($8_1 + $13_1);
$7_1 = Math_fround($7_1 + $6_1);
$10_1 = Math_fround($10_1 + $12_1);
}
HEAPF32[$5_1 >> 2] = $10_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $7_1;
block10 : {
if (($29_1 | 0) == (2 | 0)) {
break block10
}
$10_1 = Math_fround($35_1 + Math_fround($39_1 * 4));
$15_1 = Math_fround($36_1 + Math_fround($22_1 * 4));
$8_1 = Math_fround($37_1 + Math_fround($23_1 * 4));
$7_1 = Math_fround($38_1 + Math_fround($24_1 * 4));
$5_1 = $16_1 + 32 | 0;
if (($29_1 | 0) == (3 | 0)) {
$15_1 = Math_fround($15_1 + $34_1);
$8_1 = Math_fround($8_1 + $13_1);
$7_1 = Math_fround($7_1 + $6_1);
$10_1 = Math_fround($10_1 + $12_1);
}
HEAPF32[$5_1 >> 2] = $10_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $7_1;
if (($29_1 | 0) == (3 | 0)) {
break block10
}
$10_1 = Math_fround($30_1 + Math_fround($20_1 * 8));
$15_1 = Math_fround($25_1 + Math_fround($18_1 * 8));
$8_1 = Math_fround($26_1 + Math_fround($17_1 * 8));
$7_1 = Math_fround($27_1 + Math_fround($19_1 * 8));
$5_1 = $16_1 + 48 | 0;
if (($29_1 | 0) == (4 | 0)) {
$15_1 = Math_fround($15_1 + $34_1);
$8_1 = Math_fround($8_1 + $13_1);
$7_1 = Math_fround($7_1 + $6_1);
$10_1 = Math_fround($10_1 + $12_1);
}
HEAPF32[$5_1 >> 2] = $10_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $7_1;
if (($29_1 | 0) == (4 | 0)) {
break block10
}
$5_1 = $16_1 - -64 | 0;
HEAPF32[$5_1 >> 2] = Math_fround(Math_fround($35_1 + Math_fround($39_1 * 16)) + $12_1);
HEAPF32[($5_1 + 4 | 0) >> 2] = Math_fround(Math_fround($36_1 + Math_fround($22_1 * 16)) + $34_1);
HEAPF32[($5_1 + 8 | 0) >> 2] = Math_fround(Math_fround($37_1 + Math_fround($23_1 * 16)) + $13_1);
HEAPF32[($5_1 + 12 | 0) >> 2] = Math_fround(Math_fround($38_1 + Math_fround($24_1 * 16)) + $6_1);
}
$14_1 = $14_1 + 1 | 0;
continue label;
}
break label;
};
$40_1 = 0;
label2 : while (1) {
if (($29_1 | 0) > ($40_1 | 0)) {
$14_1 = ($40_1 << 4 | 0) + $4_1 | 0;
$11_1 = $14_1 + 96 | 0;
$37_1 = HEAPF32[$11_1 >> 2];
$16_1 = $14_1 + 192 | 0;
$21 = HEAPF32[$16_1 >> 2];
$5_1 = $14_1 + 288 | 0;
$38_1 = HEAPF32[$5_1 >> 2];
$39_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$34_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$22_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
$5_1 = $14_1 + 384 | 0;
$18_1 = HEAPF32[$5_1 >> 2];
$30_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$23_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$24_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
$5_1 = $14_1 + 480 | 0;
$42_1 = HEAPF32[$5_1 >> 2];
$43_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$44_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$45_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
$28_1 = HEAPF32[($11_1 + 4 | 0) >> 2];
$10_1 = HEAPF32[($16_1 + 4 | 0) >> 2];
$47_1 = Math_fround($28_1 + $10_1);
$8_1 = HEAPF32[($11_1 + 8 | 0) >> 2];
$17_1 = HEAPF32[($16_1 + 8 | 0) >> 2];
$35_1 = Math_fround($8_1 + $17_1);
$19_1 = HEAPF32[($11_1 + 12 | 0) >> 2];
$7_1 = HEAPF32[($16_1 + 12 | 0) >> 2];
$36_1 = Math_fround($19_1 + $7_1);
$13_1 = HEAPF32[($14_1 + 4 | 0) >> 2];
$12_1 = HEAPF32[($14_1 + 8 | 0) >> 2];
$6_1 = HEAPF32[($14_1 + 12 | 0) >> 2];
$20_1 = Math_fround($37_1 + $21);
$25_1 = Math_fround($38_1 + $18_1);
HEAPF32[$14_1 >> 2] = Math_fround(HEAPF32[$14_1 >> 2] + Math_fround($20_1 + $25_1));
$26_1 = Math_fround($39_1 + $30_1);
HEAPF32[($14_1 + 4 | 0) >> 2] = Math_fround($13_1 + Math_fround($47_1 + $26_1));
$27_1 = Math_fround($34_1 + $23_1);
HEAPF32[($14_1 + 8 | 0) >> 2] = Math_fround($12_1 + Math_fround($35_1 + $27_1));
$33_1 = Math_fround($22_1 + $24_1);
HEAPF32[($14_1 + 12 | 0) >> 2] = Math_fround($6_1 + Math_fround($36_1 + $33_1));
$21 = Math_fround($37_1 - $21);
$18_1 = Math_fround($38_1 - $18_1);
$6_1 = Math_fround($21 + Math_fround($18_1 + $18_1));
$10_1 = Math_fround($28_1 - $10_1);
$28_1 = Math_fround($39_1 - $30_1);
$15_1 = Math_fround($10_1 + Math_fround($28_1 + $28_1));
$13_1 = Math_fround($8_1 - $17_1);
$17_1 = Math_fround($34_1 - $23_1);
$8_1 = Math_fround($13_1 + Math_fround($17_1 + $17_1));
$12_1 = Math_fround($19_1 - $7_1);
$19_1 = Math_fround($22_1 - $24_1);
$7_1 = Math_fround($12_1 + Math_fround($19_1 + $19_1));
$5_1 = $14_1 + 96 | 0;
if (($31_1 | 0) == (2 | 0)) {
$15_1 = Math_fround($15_1 + $43_1);
$8_1 = Math_fround($8_1 + $44_1);
$7_1 = Math_fround($7_1 + $45_1);
$6_1 = Math_fround($6_1 + $42_1);
}
HEAPF32[$5_1 >> 2] = $6_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $7_1;
block17 : {
if (($31_1 | 0) == (2 | 0)) {
break block17
}
$6_1 = Math_fround($20_1 + Math_fround($25_1 * 4));
$15_1 = Math_fround($47_1 + Math_fround($26_1 * 4));
$8_1 = Math_fround($35_1 + Math_fround($27_1 * 4));
$7_1 = Math_fround($36_1 + Math_fround($33_1 * 4));
$5_1 = $14_1 + 192 | 0;
if (($31_1 | 0) == (3 | 0)) {
$15_1 = Math_fround($15_1 + $43_1);
$8_1 = Math_fround($8_1 + $44_1);
$7_1 = Math_fround($7_1 + $45_1);
$6_1 = Math_fround($6_1 + $42_1);
}
HEAPF32[$5_1 >> 2] = $6_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $7_1;
if (($31_1 | 0) == (3 | 0)) {
break block17
}
$6_1 = Math_fround($21 + Math_fround($18_1 * 8));
$15_1 = Math_fround($10_1 + Math_fround($28_1 * 8));
$8_1 = Math_fround($13_1 + Math_fround($17_1 * 8));
$7_1 = Math_fround($12_1 + Math_fround($19_1 * 8));
$5_1 = $14_1 + 288 | 0;
if (($31_1 | 0) == (4 | 0)) {
$15_1 = Math_fround($15_1 + $43_1);
$8_1 = Math_fround($8_1 + $44_1);
$7_1 = Math_fround($7_1 + $45_1);
$6_1 = Math_fround($6_1 + $42_1);
}
HEAPF32[$5_1 >> 2] = $6_1;
HEAPF32[($5_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($5_1 + 8 | 0) >> 2] = $8_1;
HEAPF32[($5_1 + 12 | 0) >> 2] = $7_1;
if (($31_1 | 0) == (4 | 0)) {
break block17
}
$5_1 = $14_1 + 384 | 0;
HEAPF32[$5_1 >> 2] = Math_fround(Math_fround($20_1 + Math_fround($25_1 * 16)) + $42_1);
HEAPF32[($5_1 + 4 | 0) >> 2] = Math_fround(Math_fround($47_1 + Math_fround($26_1 * 16)) + $43_1);
HEAPF32[($5_1 + 8 | 0) >> 2] = Math_fround(Math_fround($35_1 + Math_fround($27_1 * 16)) + $44_1);
HEAPF32[($5_1 + 12 | 0) >> 2] = Math_fround(Math_fround($36_1 + Math_fround($33_1 * 16)) + $45_1);
}
$16_1 = 0;
label1 : while (1) {
if (($16_1 | 0) < ($31_1 | 0)) {
$11_1 = (Math_imul(Math_imul($16_1, $29_1) + $40_1 | 0, $32_1) + $3_1 | 0) + $41_1 | 0;
$5_1 = Math_imul($16_1, 96) + $14_1 | 0;
$10_1 = HEAPF32[$5_1 >> 2];
$13_1 = HEAPF32[($5_1 + 4 | 0) >> 2];
$12_1 = HEAPF32[($5_1 + 8 | 0) >> 2];
$6_1 = HEAPF32[($5_1 + 12 | 0) >> 2];
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$11_1 >> 2] = $10_1;
HEAPF32[($11_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($11_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($11_1 + 12 | 0) >> 2] = $6_1;
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$11_1 >> 2] = $10_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($11_1 + 4 | 0) >> 2] = $13_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($11_1 + 8 | 0) >> 2] = $12_1
}
}
$16_1 = $16_1 + 1 | 0;
continue label1;
}
break label1;
};
$40_1 = $40_1 + 1 | 0;
continue label2;
}
break label2;
};
$9_1 = $9_1 - 4 | 0;
$41_1 = $41_1 + 16 | 0;
continue label3;
}
break label3;
};
$48_1 = $48_1 + 1 | 0;
$2_1 = $2_1 + $46_1 | 0;
$3_1 = $3_1 + $46_1 | 0;
continue label4;
}
break label4;
};
}
function $62($0, $1, $2_1, $3_1, $4_1, $5_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
var $6_1 = 0, $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0, $56_1 = 0, $57_1 = 0, $58_1 = 0, $59_1 = 0, $60_1 = 0, $61_1 = 0, $62_1 = 0, $63_1 = 0, $64_1 = 0;
$49_1 = 7 - HEAP32[($0 + 20 | 0) >> 2] | 0;
$53_1 = (($49_1 + HEAP32[($0 + 12 | 0) >> 2] | 0) - 1 | 0 | 0) / ($49_1 | 0) | 0;
$39_1 = HEAP32[($0 + 8 | 0) >> 2] << 2 | 0;
$54_1 = Math_imul($39_1, HEAP32[($0 + 4 | 0) >> 2]);
$50_1 = 7 - HEAP32[($0 + 24 | 0) >> 2] | 0;
$55_1 = (($50_1 + HEAP32[($0 + 16 | 0) >> 2] | 0) - 1 | 0 | 0) / ($50_1 | 0) | 0;
$56_1 = Math_imul(Math_imul($55_1, $2_1), $39_1);
$40_1 = $1;
label5 : while (1) {
if (($1 + $2_1 | 0 | 0) > ($40_1 | 0)) {
$58_1 = Math_imul(Math_imul(HEAP32[$0 >> 2], ($40_1 | 0) / ($53_1 | 0) | 0), $54_1) + $3_1 | 0;
$59_1 = Math_imul(($40_1 | 0) % ($53_1 | 0) | 0, $49_1) - HEAP32[($0 + 36 | 0) >> 2] | 0;
$46_1 = 0;
label4 : while (1) {
if (($46_1 | 0) < ($55_1 | 0)) {
$51_1 = Math_imul($46_1, $50_1) - HEAP32[($0 + 40 | 0) >> 2] | 0;
$7_1 = 0 - $51_1 | 0;
$52_1 = ($7_1 | 0) >= (0 | 0) ? $7_1 : 0;
$7_1 = HEAP32[($0 + 4 | 0) >> 2] - $51_1 | 0;
$57_1 = ($7_1 | 0) > (6 | 0) ? 6 : $7_1;
$9_1 = HEAP32[($0 + 8 | 0) >> 2];
$47_1 = 0;
label3 : while (1) {
if (($9_1 | 0) > (0 | 0)) {
$48_1 = 0;
$7_1 = $5_1;
label1 : while (1) {
if (($48_1 | 0) < (6 | 0)) {
$6_1 = $48_1 + $59_1 | 0;
if (($6_1 | 0) < (0 | 0) | ($57_1 - $52_1 | 0 | 0) < (6 | 0) | 0) {
$19_1 = 1
} else {
$19_1 = ($6_1 | 0) >= (HEAP32[$0 >> 2] | 0)
}
if ($19_1) {
HEAPF32[$7_1 >> 2] = 0;
HEAPF32[($7_1 + 4 | 0) >> 2] = 0;
HEAPF32[($7_1 + 8 | 0) >> 2] = 0;
HEAPF32[($7_1 + 12 | 0) >> 2] = 0;
HEAPF32[($7_1 + 16 | 0) >> 2] = 0;
HEAPF32[($7_1 + 20 | 0) >> 2] = 0;
HEAPF32[($7_1 + 24 | 0) >> 2] = 0;
HEAPF32[($7_1 + 28 | 0) >> 2] = 0;
HEAPF32[($7_1 + 32 | 0) >> 2] = 0;
HEAPF32[($7_1 + 36 | 0) >> 2] = 0;
HEAPF32[($7_1 + 40 | 0) >> 2] = 0;
HEAPF32[($7_1 + 44 | 0) >> 2] = 0;
HEAPF32[($7_1 + 48 | 0) >> 2] = 0;
HEAPF32[($7_1 + 52 | 0) >> 2] = 0;
HEAPF32[($7_1 + 56 | 0) >> 2] = 0;
HEAPF32[($7_1 + 60 | 0) >> 2] = 0;
HEAPF32[($7_1 + 64 | 0) >> 2] = 0;
HEAPF32[($7_1 + 68 | 0) >> 2] = 0;
HEAPF32[($7_1 + 72 | 0) >> 2] = 0;
HEAPF32[($7_1 + 76 | 0) >> 2] = 0;
HEAPF32[($7_1 + 80 | 0) >> 2] = 0;
HEAPF32[($7_1 + 84 | 0) >> 2] = 0;
HEAPF32[($7_1 + 88 | 0) >> 2] = 0;
HEAPF32[($7_1 + 92 | 0) >> 2] = 0;
}
if (!(($6_1 | 0) < (0 | 0) | ($6_1 | 0) >= (HEAP32[$0 >> 2] | 0) | 0)) {
$8_1 = ((Math_imul($6_1, $54_1) + $58_1 | 0) + Math_imul($52_1 + $51_1 | 0, $39_1) | 0) + $47_1 | 0;
$6_1 = $52_1;
label : while (1) {
if (($6_1 | 0) < ($57_1 | 0)) {
$10_1 = ($6_1 << 4 | 0) + $7_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$8_1 >> 2];
$14_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$13_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
} else {
$12_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$14_1 = lane2;
$13_1 = 0;
$11_1 = lane1;
}
HEAPF32[$10_1 >> 2] = $12_1;
HEAPF32[($10_1 + 4 | 0) >> 2] = $11_1;
HEAPF32[($10_1 + 8 | 0) >> 2] = $14_1;
HEAPF32[($10_1 + 12 | 0) >> 2] = $13_1;
$6_1 = $6_1 + 1 | 0;
$8_1 = $8_1 + $39_1 | 0;
continue label;
}
break label;
};
$19_1 = $7_1 + 80 | 0;
$6_1 = $19_1;
$22_1 = HEAPF32[$6_1 >> 2];
$23_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$24_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$25_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$6_1 = $7_1 - -64 | 0;
$12_1 = HEAPF32[$6_1 >> 2];
$8_1 = $7_1 + 32 | 0;
$11_1 = HEAPF32[$8_1 >> 2];
$14_1 = Math_fround($12_1 - Math_fround($11_1 * 4));
$13_1 = HEAPF32[($6_1 + 4 | 0) >> 2];
$16_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$15_1 = Math_fround($13_1 - Math_fround($16_1 * 4));
$17_1 = HEAPF32[($6_1 + 8 | 0) >> 2];
$18_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$20_1 = Math_fround($17_1 - Math_fround($18_1 * 4));
$26_1 = HEAPF32[($6_1 + 12 | 0) >> 2];
$27_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$41_1 = Math_fround($26_1 - Math_fround($27_1 * 4));
$10_1 = $7_1 + 48 | 0;
$28_1 = HEAPF32[$10_1 >> 2];
$21 = $7_1 + 16 | 0;
$29_1 = HEAPF32[$21 >> 2];
$42_1 = Math_fround($28_1 - Math_fround($29_1 * 4));
$30_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$31_1 = HEAPF32[($21 + 4 | 0) >> 2];
$43_1 = Math_fround($30_1 - Math_fround($31_1 * 4));
$32_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$33_1 = HEAPF32[($21 + 8 | 0) >> 2];
$44_1 = Math_fround($32_1 - Math_fround($33_1 * 4));
$34_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
$35_1 = HEAPF32[($21 + 12 | 0) >> 2];
$45_1 = Math_fround($34_1 - Math_fround($35_1 * 4));
$36_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($7_1 + 4 | 0) >> 2] * 4) - Math_fround($16_1 * 5)) + $13_1);
$37_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($7_1 + 8 | 0) >> 2] * 4) - Math_fround($18_1 * 5)) + $17_1);
$38_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($7_1 + 12 | 0) >> 2] * 4) - Math_fround($27_1 * 5)) + $26_1);
HEAPF32[$7_1 >> 2] = Math_fround(Math_fround(Math_fround(HEAPF32[$7_1 >> 2] * 4) - Math_fround($11_1 * 5)) + $12_1);
HEAPF32[($7_1 + 4 | 0) >> 2] = $36_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $37_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $38_1;
HEAPF32[$21 >> 2] = Math_fround($14_1 + $42_1);
HEAPF32[($21 + 4 | 0) >> 2] = Math_fround($15_1 + $43_1);
HEAPF32[($21 + 8 | 0) >> 2] = Math_fround($20_1 + $44_1);
HEAPF32[($21 + 12 | 0) >> 2] = Math_fround($41_1 + $45_1);
HEAPF32[$8_1 >> 2] = Math_fround($14_1 - $42_1);
HEAPF32[($8_1 + 4 | 0) >> 2] = Math_fround($15_1 - $43_1);
HEAPF32[($8_1 + 8 | 0) >> 2] = Math_fround($20_1 - $44_1);
HEAPF32[($8_1 + 12 | 0) >> 2] = Math_fround($41_1 - $45_1);
$12_1 = Math_fround($12_1 - $11_1);
$11_1 = Math_fround($28_1 - $29_1);
$11_1 = Math_fround($11_1 + $11_1);
HEAPF32[$10_1 >> 2] = Math_fround($12_1 + $11_1);
$14_1 = Math_fround($13_1 - $16_1);
$13_1 = Math_fround($30_1 - $31_1);
$13_1 = Math_fround($13_1 + $13_1);
HEAPF32[($10_1 + 4 | 0) >> 2] = Math_fround($14_1 + $13_1);
$16_1 = Math_fround($17_1 - $18_1);
$15_1 = Math_fround($32_1 - $33_1);
$15_1 = Math_fround($15_1 + $15_1);
HEAPF32[($10_1 + 8 | 0) >> 2] = Math_fround($16_1 + $15_1);
$17_1 = Math_fround($26_1 - $27_1);
$18_1 = Math_fround($34_1 - $35_1);
$18_1 = Math_fround($18_1 + $18_1);
HEAPF32[($10_1 + 12 | 0) >> 2] = Math_fround($17_1 + $18_1);
HEAPF32[$6_1 >> 2] = Math_fround($12_1 - $11_1);
HEAPF32[($6_1 + 4 | 0) >> 2] = Math_fround($14_1 - $13_1);
HEAPF32[($6_1 + 8 | 0) >> 2] = Math_fround($16_1 - $15_1);
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround($17_1 - $18_1);
HEAPF32[$19_1 >> 2] = Math_fround(Math_fround(Math_fround($29_1 * 4) - Math_fround($28_1 * 5)) + $22_1);
HEAPF32[($19_1 + 4 | 0) >> 2] = Math_fround(Math_fround(Math_fround($31_1 * 4) - Math_fround($30_1 * 5)) + $23_1);
HEAPF32[($19_1 + 8 | 0) >> 2] = Math_fround(Math_fround(Math_fround($33_1 * 4) - Math_fround($32_1 * 5)) + $24_1);
HEAPF32[($19_1 + 12 | 0) >> 2] = Math_fround(Math_fround(Math_fround($35_1 * 4) - Math_fround($34_1 * 5)) + $25_1);
}
$48_1 = $48_1 + 1 | 0;
$7_1 = $7_1 + 96 | 0;
continue label1;
}
break label1;
};
$7_1 = 0;
label2 : while (1) {
if ($7_1 >>> 0 < 6 >>> 0) {
$6_1 = ($7_1 << 4 | 0) + $5_1 | 0;
$8_1 = $6_1 + 480 | 0;
$60_1 = HEAPF32[$8_1 >> 2];
$61_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$62_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$63_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$8_1 = $6_1 + 384 | 0;
$12_1 = HEAPF32[$8_1 >> 2];
$10_1 = $6_1 + 192 | 0;
$11_1 = HEAPF32[$10_1 >> 2];
$14_1 = Math_fround($12_1 - Math_fround($11_1 * 4));
$13_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$16_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$15_1 = Math_fround($13_1 - Math_fround($16_1 * 4));
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$18_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$20_1 = Math_fround($17_1 - Math_fround($18_1 * 4));
$26_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$27_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
$41_1 = Math_fround($26_1 - Math_fround($27_1 * 4));
$8_1 = $6_1 + 288 | 0;
$28_1 = HEAPF32[$8_1 >> 2];
$10_1 = $6_1 + 96 | 0;
$29_1 = HEAPF32[$10_1 >> 2];
$42_1 = Math_fround($28_1 - Math_fround($29_1 * 4));
$30_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$31_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$43_1 = Math_fround($30_1 - Math_fround($31_1 * 4));
$32_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$33_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$44_1 = Math_fround($32_1 - Math_fround($33_1 * 4));
$34_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$35_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
$45_1 = Math_fround($34_1 - Math_fround($35_1 * 4));
$22_1 = Math_fround($28_1 - $29_1);
$22_1 = Math_fround($22_1 + $22_1);
$23_1 = Math_fround($30_1 - $31_1);
$23_1 = Math_fround($23_1 + $23_1);
$24_1 = Math_fround($32_1 - $33_1);
$24_1 = Math_fround($24_1 + $24_1);
$25_1 = Math_fround($34_1 - $35_1);
$25_1 = Math_fround($25_1 + $25_1);
$8_1 = (Math_imul($7_1, $56_1) + $4_1 | 0) + $47_1 | 0;
$36_1 = Math_fround(Math_fround(Math_fround(HEAPF32[$6_1 >> 2] * 4) - Math_fround($11_1 * 5)) + $12_1);
$37_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($6_1 + 4 | 0) >> 2] * 4) - Math_fround($16_1 * 5)) + $13_1);
$38_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($6_1 + 8 | 0) >> 2] * 4) - Math_fround($18_1 * 5)) + $17_1);
$64_1 = Math_fround(Math_fround(Math_fround(HEAPF32[($6_1 + 12 | 0) >> 2] * 4) - Math_fround($27_1 * 5)) + $26_1);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$8_1 >> 2] = $36_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $37_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $38_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $64_1;
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$8_1 >> 2] = $36_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($8_1 + 4 | 0) >> 2] = $37_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($8_1 + 8 | 0) >> 2] = $38_1
}
}
$10_1 = Math_imul($56_1, 6);
$6_1 = $10_1 + $8_1 | 0;
$36_1 = Math_fround($14_1 + $42_1);
$37_1 = Math_fround($15_1 + $43_1);
$38_1 = Math_fround($20_1 + $44_1);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $36_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $37_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $38_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround($41_1 + $45_1);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $36_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $37_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $38_1
}
}
$6_1 = $8_1 + ($10_1 << 1 | 0) | 0;
$14_1 = Math_fround($14_1 - $42_1);
$15_1 = Math_fround($15_1 - $43_1);
$20_1 = Math_fround($20_1 - $44_1);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $14_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $15_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $20_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround($41_1 - $45_1);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $14_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $15_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $20_1
}
}
$14_1 = Math_fround($26_1 - $27_1);
$6_1 = $8_1 + Math_imul($10_1, 3) | 0;
$15_1 = Math_fround($12_1 - $11_1);
$12_1 = Math_fround($15_1 + $22_1);
$16_1 = Math_fround($13_1 - $16_1);
$11_1 = Math_fround($16_1 + $23_1);
$17_1 = Math_fround($17_1 - $18_1);
$13_1 = Math_fround($17_1 + $24_1);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $12_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $11_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $13_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround($14_1 + $25_1);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $12_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $11_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $13_1
}
}
$6_1 = $8_1 + ($10_1 << 2 | 0) | 0;
$12_1 = Math_fround($15_1 - $22_1);
$11_1 = Math_fround($16_1 - $23_1);
$13_1 = Math_fround($17_1 - $24_1);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $12_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $11_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $13_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround($14_1 - $25_1);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $12_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $11_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $13_1
}
}
$6_1 = $8_1 + Math_imul($10_1, 5) | 0;
$12_1 = Math_fround(Math_fround(Math_fround($29_1 * 4) - Math_fround($28_1 * 5)) + $60_1);
$11_1 = Math_fround(Math_fround(Math_fround($31_1 * 4) - Math_fround($30_1 * 5)) + $61_1);
$14_1 = Math_fround(Math_fround(Math_fround($33_1 * 4) - Math_fround($32_1 * 5)) + $62_1);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$6_1 >> 2] = $12_1;
HEAPF32[($6_1 + 4 | 0) >> 2] = $11_1;
HEAPF32[($6_1 + 8 | 0) >> 2] = $14_1;
HEAPF32[($6_1 + 12 | 0) >> 2] = Math_fround(Math_fround(Math_fround($35_1 * 4) - Math_fround($34_1 * 5)) + $63_1);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$6_1 >> 2] = $12_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($6_1 + 4 | 0) >> 2] = $11_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($6_1 + 8 | 0) >> 2] = $14_1
}
}
$7_1 = $7_1 + 1 | 0;
continue label2;
}
break label2;
};
$9_1 = $9_1 - 4 | 0;
$47_1 = $47_1 + 16 | 0;
continue label3;
}
break label3;
};
$46_1 = $46_1 + 1 | 0;
$4_1 = $4_1 + $39_1 | 0;
continue label4;
}
break label4;
};
$40_1 = $40_1 + 1 | 0;
continue label5;
}
break label5;
};
}
function $63($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1, $7_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
$7_1 = $7_1 | 0;
var $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0, $56_1 = 0, $57_1 = 0, $58_1 = 0, $59_1 = 0, $60_1 = 0, $61_1 = 0, $62_1 = 0;
$27_1 = 7 - HEAP32[($0 + 20 | 0) >> 2] | 0;
$56_1 = (($27_1 + HEAP32[($0 + 12 | 0) >> 2] | 0) - 1 | 0 | 0) / ($27_1 | 0) | 0;
$47_1 = $1 << 2 | 0;
$9_1 = HEAP32[($0 + 16 | 0) >> 2];
$57_1 = Math_imul($47_1, $9_1);
$28_1 = 7 - HEAP32[($0 + 24 | 0) >> 2] | 0;
$58_1 = (($9_1 + $28_1 | 0) - 1 | 0 | 0) / ($28_1 | 0) | 0;
$37_1 = Math_imul(Math_imul($58_1, $3_1), $47_1);
$44_1 = $2_1;
label5 : while (1) {
if (($2_1 + $3_1 | 0 | 0) > ($44_1 | 0)) {
$9_1 = Math_imul(($44_1 | 0) % ($56_1 | 0) | 0, $27_1);
$8_1 = HEAP32[($0 + 12 | 0) >> 2];
$60_1 = Math_imul($9_1 + Math_imul($8_1, ($44_1 | 0) / ($56_1 | 0) | 0) | 0, $57_1) + $6_1 | 0;
$9_1 = $8_1 - $9_1 | 0;
$61_1 = ($9_1 | 0) > ($27_1 | 0) ? $27_1 : $9_1;
$48_1 = 0;
label4 : while (1) {
if (($48_1 | 0) < ($58_1 | 0)) {
$59_1 = Math_imul($28_1, $48_1);
$9_1 = HEAP32[($0 + 16 | 0) >> 2] - $59_1 | 0;
$62_1 = ($9_1 | 0) > ($28_1 | 0) ? $28_1 : $9_1;
$9_1 = $1;
$45_1 = 0;
label3 : while (1) {
if (($9_1 | 0) > (0 | 0)) {
$15_1 = 0;
label : while (1) {
if ($15_1 >>> 0 < 6 >>> 0) {
$20_1 = Math_imul($15_1, 96) + $7_1 | 0;
$13_1 = (Math_imul(Math_imul($15_1, 6), $37_1) + $4_1 | 0) + $45_1 | 0;
$8_1 = $13_1 + $37_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$8_1 >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$29_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$11_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$16_1 = $11_1;
$17_1 = lane2;
$29_1 = lane1;
$11_1 = 0;
}
$33_1 = $16_1;
$31_1 = $17_1;
$32_1 = $11_1;
$8_1 = $13_1 + ($37_1 << 1 | 0) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$8_1 >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$30_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$11_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$16_1 = $11_1;
$17_1 = lane2;
$30_1 = lane1;
$11_1 = 0;
}
$24_1 = $16_1;
$25_1 = $17_1;
$26_1 = $11_1;
$8_1 = $13_1 + Math_imul($37_1, 3) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$8_1 >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$38_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$11_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$16_1 = $11_1;
$17_1 = lane2;
$38_1 = lane1;
$11_1 = 0;
}
$23_1 = $16_1;
$34_1 = $17_1;
$35_1 = $11_1;
$8_1 = $13_1 + ($37_1 << 2 | 0) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$8_1 >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$21 = HEAPF32[($8_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$11_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$16_1 = $11_1;
$17_1 = lane2;
$21 = lane1;
$11_1 = 0;
}
$22_1 = $16_1;
$10_1 = $17_1;
$18_1 = $11_1;
$8_1 = $13_1 + Math_imul($37_1, 5) | 0;
if (($9_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$8_1 >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$19_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$11_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$16_1 = $11_1;
$17_1 = lane2;
$19_1 = lane1;
$11_1 = 0;
}
$36_1 = $19_1;
$39_1 = Math_fround($33_1 + $24_1);
$40_1 = Math_fround($29_1 + $30_1);
$41_1 = Math_fround($31_1 + $25_1);
$42_1 = Math_fround($32_1 + $26_1);
$33_1 = Math_fround($33_1 - $24_1);
$24_1 = Math_fround($29_1 - $30_1);
$25_1 = Math_fround($31_1 - $25_1);
$26_1 = Math_fround($32_1 - $26_1);
$43_1 = Math_fround($23_1 + $22_1);
$29_1 = Math_fround($38_1 + $21);
$31_1 = Math_fround($34_1 + $10_1);
$32_1 = Math_fround($35_1 + $18_1);
$30_1 = Math_fround($23_1 - $22_1);
$23_1 = Math_fround($38_1 - $21);
$21 = Math_fround($34_1 - $10_1);
$22_1 = Math_fround($35_1 - $18_1);
if (($9_1 | 0) >= (4 | 0)) {
$19_1 = HEAPF32[$13_1 >> 2];
$12_1 = HEAPF32[($13_1 + 8 | 0) >> 2];
$10_1 = HEAPF32[($13_1 + 12 | 0) >> 2];
$18_1 = HEAPF32[($13_1 + 4 | 0) >> 2];
} else {
$10_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$13_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($13_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($13_1 + 8 | 0) >> 2] : 0;
$19_1 = $10_1;
$12_1 = lane2;
$10_1 = 0;
$18_1 = lane1;
}
HEAPF32[$20_1 >> 2] = Math_fround($19_1 + Math_fround($39_1 + $43_1));
HEAPF32[($20_1 + 4 | 0) >> 2] = Math_fround($18_1 + Math_fround($40_1 + $29_1));
HEAPF32[($20_1 + 8 | 0) >> 2] = Math_fround($12_1 + Math_fround($41_1 + $31_1));
HEAPF32[($20_1 + 12 | 0) >> 2] = Math_fround($10_1 + Math_fround($42_1 + $32_1));
$19_1 = Math_fround($33_1 + Math_fround($30_1 + $30_1));
$14_1 = Math_fround($24_1 + Math_fround($23_1 + $23_1));
$12_1 = Math_fround($25_1 + Math_fround($21 + $21));
$10_1 = Math_fround($26_1 + Math_fround($22_1 + $22_1));
$8_1 = $20_1 + 16 | 0;
if (($28_1 | 0) == (2 | 0)) {
$14_1 = Math_fround($14_1 + $36_1);
$12_1 = Math_fround($12_1 + $17_1);
$10_1 = Math_fround($10_1 + $11_1);
$19_1 = Math_fround($19_1 + $16_1);
}
HEAPF32[$8_1 >> 2] = $19_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $10_1;
block14 : {
if (($28_1 | 0) == (2 | 0)) {
break block14
}
$19_1 = Math_fround($39_1 + Math_fround($43_1 * 4));
$14_1 = Math_fround($40_1 + Math_fround($29_1 * 4));
$12_1 = Math_fround($41_1 + Math_fround($31_1 * 4));
$10_1 = Math_fround($42_1 + Math_fround($32_1 * 4));
$8_1 = $20_1 + 32 | 0;
if (($28_1 | 0) == (3 | 0)) {
$14_1 = Math_fround($14_1 + $36_1);
$12_1 = Math_fround($12_1 + $17_1);
$10_1 = Math_fround($10_1 + $11_1);
$19_1 = Math_fround($19_1 + $16_1);
}
HEAPF32[$8_1 >> 2] = $19_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $10_1;
if (($28_1 | 0) == (3 | 0)) {
break block14
}
$19_1 = Math_fround($33_1 + Math_fround($30_1 * 8));
$14_1 = Math_fround($24_1 + Math_fround($23_1 * 8));
$12_1 = Math_fround($25_1 + Math_fround($21 * 8));
$10_1 = Math_fround($26_1 + Math_fround($22_1 * 8));
$8_1 = $20_1 + 48 | 0;
if (($28_1 | 0) == (4 | 0)) {
$14_1 = Math_fround($14_1 + $36_1);
$12_1 = Math_fround($12_1 + $17_1);
$10_1 = Math_fround($10_1 + $11_1);
$19_1 = Math_fround($19_1 + $16_1);
}
HEAPF32[$8_1 >> 2] = $19_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $10_1;
if (($28_1 | 0) == (4 | 0)) {
break block14
}
$8_1 = $20_1 - -64 | 0;
HEAPF32[$8_1 >> 2] = Math_fround(Math_fround($39_1 + Math_fround($43_1 * 16)) + $16_1);
HEAPF32[($8_1 + 4 | 0) >> 2] = Math_fround(Math_fround($40_1 + Math_fround($29_1 * 16)) + $36_1);
HEAPF32[($8_1 + 8 | 0) >> 2] = Math_fround(Math_fround($41_1 + Math_fround($31_1 * 16)) + $17_1);
HEAPF32[($8_1 + 12 | 0) >> 2] = Math_fround(Math_fround($42_1 + Math_fround($32_1 * 16)) + $11_1);
}
$15_1 = $15_1 + 1 | 0;
continue label;
}
break label;
};
if ($5_1) {
$8_1 = $5_1 + $45_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$16_1 = HEAPF32[$8_1 >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$19_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$11_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
} else {
$11_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$8_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($8_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($8_1 + 8 | 0) >> 2] : 0;
$16_1 = $11_1;
$17_1 = lane2;
$19_1 = lane1;
$11_1 = 0;
}
} else {
$16_1 = 0;
$17_1 = 0;
$19_1 = 0;
$11_1 = 0;
}
$46_1 = 0;
label2 : while (1) {
if (($46_1 | 0) < ($62_1 | 0)) {
$15_1 = ($46_1 << 4 | 0) + $7_1 | 0;
$13_1 = $15_1 + 96 | 0;
$12_1 = HEAPF32[$13_1 >> 2];
$20_1 = $15_1 + 192 | 0;
$34_1 = HEAPF32[$20_1 >> 2];
$8_1 = $15_1 + 288 | 0;
$14_1 = HEAPF32[$8_1 >> 2];
$39_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$40_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$41_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$8_1 = $15_1 + 384 | 0;
$24_1 = HEAPF32[$8_1 >> 2];
$42_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$43_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$36_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$8_1 = $15_1 + 480 | 0;
$49_1 = HEAPF32[$8_1 >> 2];
$50_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$51_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$52_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$25_1 = HEAPF32[($13_1 + 4 | 0) >> 2];
$35_1 = HEAPF32[($20_1 + 4 | 0) >> 2];
$53_1 = Math_fround($25_1 + $35_1);
$26_1 = HEAPF32[($13_1 + 8 | 0) >> 2];
$21 = HEAPF32[($20_1 + 8 | 0) >> 2];
$54_1 = Math_fround($26_1 + $21);
$38_1 = HEAPF32[($13_1 + 12 | 0) >> 2];
$23_1 = HEAPF32[($20_1 + 12 | 0) >> 2];
$55_1 = Math_fround($38_1 + $23_1);
$22_1 = HEAPF32[($15_1 + 4 | 0) >> 2];
$10_1 = HEAPF32[($15_1 + 8 | 0) >> 2];
$18_1 = HEAPF32[($15_1 + 12 | 0) >> 2];
$29_1 = Math_fround($12_1 + $34_1);
$33_1 = Math_fround($14_1 + $24_1);
HEAPF32[$15_1 >> 2] = Math_fround(HEAPF32[$15_1 >> 2] + Math_fround($29_1 + $33_1));
$31_1 = Math_fround($39_1 + $42_1);
HEAPF32[($15_1 + 4 | 0) >> 2] = Math_fround($22_1 + Math_fround($53_1 + $31_1));
$32_1 = Math_fround($40_1 + $43_1);
HEAPF32[($15_1 + 8 | 0) >> 2] = Math_fround($10_1 + Math_fround($54_1 + $32_1));
$30_1 = Math_fround($41_1 + $36_1);
HEAPF32[($15_1 + 12 | 0) >> 2] = Math_fround($18_1 + Math_fround($55_1 + $30_1));
$34_1 = Math_fround($12_1 - $34_1);
$24_1 = Math_fround($14_1 - $24_1);
$18_1 = Math_fround($34_1 + Math_fround($24_1 + $24_1));
$35_1 = Math_fround($25_1 - $35_1);
$25_1 = Math_fround($39_1 - $42_1);
$14_1 = Math_fround($35_1 + Math_fround($25_1 + $25_1));
$21 = Math_fround($26_1 - $21);
$26_1 = Math_fround($40_1 - $43_1);
$12_1 = Math_fround($21 + Math_fround($26_1 + $26_1));
$22_1 = Math_fround($38_1 - $23_1);
$23_1 = Math_fround($41_1 - $36_1);
$10_1 = Math_fround($22_1 + Math_fround($23_1 + $23_1));
$8_1 = $15_1 + 96 | 0;
if (($27_1 | 0) == (2 | 0)) {
$14_1 = Math_fround($14_1 + $50_1);
$12_1 = Math_fround($12_1 + $51_1);
$10_1 = Math_fround($10_1 + $52_1);
$18_1 = Math_fround($18_1 + $49_1);
}
HEAPF32[$8_1 >> 2] = $18_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $10_1;
block22 : {
if (($27_1 | 0) == (2 | 0)) {
break block22
}
$18_1 = Math_fround($29_1 + Math_fround($33_1 * 4));
$14_1 = Math_fround($53_1 + Math_fround($31_1 * 4));
$12_1 = Math_fround($54_1 + Math_fround($32_1 * 4));
$10_1 = Math_fround($55_1 + Math_fround($30_1 * 4));
$8_1 = $15_1 + 192 | 0;
if (($27_1 | 0) == (3 | 0)) {
$14_1 = Math_fround($14_1 + $50_1);
$12_1 = Math_fround($12_1 + $51_1);
$10_1 = Math_fround($10_1 + $52_1);
$18_1 = Math_fround($18_1 + $49_1);
}
HEAPF32[$8_1 >> 2] = $18_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $10_1;
if (($27_1 | 0) == (3 | 0)) {
break block22
}
$18_1 = Math_fround($34_1 + Math_fround($24_1 * 8));
$14_1 = Math_fround($35_1 + Math_fround($25_1 * 8));
$12_1 = Math_fround($21 + Math_fround($26_1 * 8));
$10_1 = Math_fround($22_1 + Math_fround($23_1 * 8));
$8_1 = $15_1 + 288 | 0;
if (($27_1 | 0) == (4 | 0)) {
$14_1 = Math_fround($14_1 + $50_1);
$12_1 = Math_fround($12_1 + $51_1);
$10_1 = Math_fround($10_1 + $52_1);
$18_1 = Math_fround($18_1 + $49_1);
}
HEAPF32[$8_1 >> 2] = $18_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $14_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $12_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $10_1;
if (($27_1 | 0) == (4 | 0)) {
break block22
}
$8_1 = $15_1 + 384 | 0;
HEAPF32[$8_1 >> 2] = Math_fround(Math_fround($29_1 + Math_fround($33_1 * 16)) + $49_1);
HEAPF32[($8_1 + 4 | 0) >> 2] = Math_fround(Math_fround($53_1 + Math_fround($31_1 * 16)) + $50_1);
HEAPF32[($8_1 + 8 | 0) >> 2] = Math_fround(Math_fround($54_1 + Math_fround($32_1 * 16)) + $51_1);
HEAPF32[($8_1 + 12 | 0) >> 2] = Math_fround(Math_fround($55_1 + Math_fround($30_1 * 16)) + $52_1);
}
$13_1 = (Math_imul($46_1 + $59_1 | 0, $47_1) + $60_1 | 0) + $45_1 | 0;
$20_1 = 0;
label1 : while (1) {
if (($20_1 | 0) < ($61_1 | 0)) {
$8_1 = Math_imul($20_1, 96) + $15_1 | 0;
$21 = Math_fround(HEAPF32[$8_1 >> 2] + $16_1);
$22_1 = Math_fround(HEAPF32[($8_1 + 4 | 0) >> 2] + $19_1);
$10_1 = Math_fround(HEAPF32[($8_1 + 8 | 0) >> 2] + $17_1);
$18_1 = Math_fround(HEAPF32[($8_1 + 12 | 0) >> 2] + $11_1);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$13_1 >> 2] = $21;
HEAPF32[($13_1 + 4 | 0) >> 2] = $22_1;
HEAPF32[($13_1 + 8 | 0) >> 2] = $10_1;
HEAPF32[($13_1 + 12 | 0) >> 2] = $18_1;
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$13_1 >> 2] = $21
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($13_1 + 4 | 0) >> 2] = $22_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($13_1 + 8 | 0) >> 2] = $10_1
}
}
$20_1 = $20_1 + 1 | 0;
$13_1 = $13_1 + $57_1 | 0;
continue label1;
}
break label1;
};
$46_1 = $46_1 + 1 | 0;
continue label2;
}
break label2;
};
$9_1 = $9_1 - 4 | 0;
$45_1 = $45_1 + 16 | 0;
continue label3;
}
break label3;
};
$48_1 = $48_1 + 1 | 0;
$4_1 = $4_1 + $47_1 | 0;
continue label4;
}
break label4;
};
$44_1 = $44_1 + 1 | 0;
continue label5;
}
break label5;
};
}
function $64($0, $1, $2_1, $3_1, $4_1, $5_1, $6_1) {
$0 = $0 | 0;
$1 = $1 | 0;
$2_1 = $2_1 | 0;
$3_1 = $3_1 | 0;
$4_1 = $4_1 | 0;
$5_1 = $5_1 | 0;
$6_1 = $6_1 | 0;
var $7_1 = 0, $8_1 = 0, $9_1 = 0, $10_1 = 0, $11_1 = 0, $12_1 = 0, $13_1 = 0, $14_1 = 0, $15_1 = 0, $16_1 = 0, $17_1 = 0, $18_1 = 0, $19_1 = 0, $20_1 = 0, $21 = 0, $22_1 = 0, $23_1 = 0, $24_1 = 0, $25_1 = 0, $26_1 = 0, $27_1 = 0, $28_1 = 0, $29_1 = 0, $30_1 = 0, $31_1 = 0, $32_1 = 0, $33_1 = 0, $34_1 = 0, $35_1 = 0, $36_1 = 0, $37_1 = 0, $38_1 = 0, $39_1 = 0, $40_1 = 0, $41_1 = 0, $42_1 = 0, $43_1 = 0, $44_1 = 0, $45_1 = 0, $46_1 = 0, $47_1 = 0, $48_1 = 0, $49_1 = 0, $50_1 = 0, $51_1 = 0, $52_1 = 0, $53_1 = 0, $54_1 = 0, $55_1 = 0, $56_1 = 0, $57_1 = 0, $58_1 = 0, $59_1 = 0, $60_1 = 0, $61_1 = 0;
$24_1 = 7 - HEAP32[($0 + 20 | 0) >> 2] | 0;
$48_1 = (($24_1 + HEAP32[($0 + 12 | 0) >> 2] | 0) - 1 | 0 | 0) / ($24_1 | 0) | 0;
$42_1 = $1 << 2 | 0;
$9_1 = HEAP32[($0 + 16 | 0) >> 2];
$49_1 = Math_imul($42_1, $9_1);
$25_1 = 7 - HEAP32[($0 + 24 | 0) >> 2] | 0;
$50_1 = (($9_1 + $25_1 | 0) - 1 | 0 | 0) / ($25_1 | 0) | 0;
$51_1 = Math_imul(Math_imul($50_1, $3_1), $42_1);
$43_1 = $2_1;
label5 : while (1) {
if (($2_1 + $3_1 | 0 | 0) > ($43_1 | 0)) {
$8_1 = Math_imul(($43_1 | 0) % ($48_1 | 0) | 0, $24_1);
$9_1 = HEAP32[($0 + 12 | 0) >> 2];
$61_1 = Math_imul($8_1 + Math_imul($9_1, ($43_1 | 0) / ($48_1 | 0) | 0) | 0, $49_1) + $4_1 | 0;
$9_1 = $9_1 - $8_1 | 0;
$52_1 = ($9_1 | 0) > ($24_1 | 0) ? $24_1 : $9_1;
$45_1 = 0;
label4 : while (1) {
if (($45_1 | 0) < ($50_1 | 0)) {
$53_1 = Math_imul($25_1, $45_1);
$9_1 = HEAP32[($0 + 16 | 0) >> 2] - $53_1 | 0;
$54_1 = ($9_1 | 0) > ($25_1 | 0) ? $25_1 : $9_1;
$9_1 = $1;
$46_1 = 0;
label3 : while (1) {
if (($9_1 | 0) > (0 | 0)) {
$26_1 = 0;
$8_1 = $6_1;
label1 : while (1) {
if (($26_1 | 0) < ($24_1 | 0)) {
if (($25_1 | 0) > ($54_1 | 0) | ($26_1 | 0) >= ($52_1 | 0) | 0) {
HEAPF32[$8_1 >> 2] = 0;
HEAPF32[($8_1 + 4 | 0) >> 2] = 0;
HEAPF32[($8_1 + 8 | 0) >> 2] = 0;
HEAPF32[($8_1 + 12 | 0) >> 2] = 0;
HEAPF32[($8_1 + 16 | 0) >> 2] = 0;
HEAPF32[($8_1 + 20 | 0) >> 2] = 0;
HEAPF32[($8_1 + 24 | 0) >> 2] = 0;
HEAPF32[($8_1 + 28 | 0) >> 2] = 0;
HEAPF32[($8_1 + 32 | 0) >> 2] = 0;
HEAPF32[($8_1 + 36 | 0) >> 2] = 0;
HEAPF32[($8_1 + 40 | 0) >> 2] = 0;
HEAPF32[($8_1 + 44 | 0) >> 2] = 0;
HEAPF32[($8_1 + 48 | 0) >> 2] = 0;
HEAPF32[($8_1 + 52 | 0) >> 2] = 0;
HEAPF32[($8_1 + 56 | 0) >> 2] = 0;
HEAPF32[($8_1 + 60 | 0) >> 2] = 0;
HEAPF32[($8_1 + 64 | 0) >> 2] = 0;
HEAPF32[($8_1 + 68 | 0) >> 2] = 0;
HEAPF32[($8_1 + 72 | 0) >> 2] = 0;
HEAPF32[($8_1 + 76 | 0) >> 2] = 0;
HEAPF32[($8_1 + 80 | 0) >> 2] = 0;
HEAPF32[($8_1 + 84 | 0) >> 2] = 0;
HEAPF32[($8_1 + 88 | 0) >> 2] = 0;
HEAPF32[($8_1 + 92 | 0) >> 2] = 0;
}
if (($26_1 | 0) < ($52_1 | 0)) {
$7_1 = ((Math_imul($26_1, $49_1) + $61_1 | 0) + Math_imul($42_1, $53_1) | 0) + $46_1 | 0;
$10_1 = 0;
label : while (1) {
if (($10_1 | 0) < ($54_1 | 0)) {
$47_1 = ($10_1 << 4 | 0) + $8_1 | 0;
if (($9_1 | 0) >= (4 | 0)) {
$12_1 = HEAPF32[$7_1 >> 2];
$11_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$14_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$13_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
} else {
$12_1 = ($9_1 | 0) > (0 | 0) ? HEAPF32[$7_1 >> 2] : 0;
lane1 = ($9_1 | 0) > (1 | 0) ? HEAPF32[($7_1 + 4 | 0) >> 2] : 0;
lane2 = ($9_1 | 0) > (2 | 0) ? HEAPF32[($7_1 + 8 | 0) >> 2] : 0;
$11_1 = lane2;
$14_1 = 0;
$13_1 = lane1;
}
HEAPF32[$47_1 >> 2] = $12_1;
HEAPF32[($47_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($47_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($47_1 + 12 | 0) >> 2] = $14_1;
$10_1 = $10_1 + 1 | 0;
$7_1 = $7_1 + $42_1 | 0;
continue label;
}
break label;
};
$15_1 = HEAPF32[$8_1 >> 2];
$16_1 = HEAPF32[($8_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($8_1 + 8 | 0) >> 2];
$23_1 = HEAPF32[($8_1 + 12 | 0) >> 2];
$7_1 = $8_1 + 16 | 0;
$12_1 = HEAPF32[$7_1 >> 2];
$13_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$41_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$14_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
if (($25_1 | 0) > (2 | 0)) {
$7_1 = $8_1 + 32 | 0;
$11_1 = HEAPF32[$7_1 >> 2];
$29_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$30_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$31_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$11_1 = 0;
$29_1 = 0;
$30_1 = 0;
$31_1 = 0;
}
if (($25_1 | 0) > (3 | 0)) {
$7_1 = $8_1 + 48 | 0;
$32_1 = HEAPF32[$7_1 >> 2];
$33_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$34_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$35_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$32_1 = 0;
$33_1 = 0;
$34_1 = 0;
$35_1 = 0;
}
if (($25_1 | 0) > (4 | 0)) {
$7_1 = $8_1 - -64 | 0;
$36_1 = HEAPF32[$7_1 >> 2];
$37_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$38_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$39_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$36_1 = 0;
$37_1 = 0;
$38_1 = 0;
$39_1 = 0;
}
HEAPF32[$8_1 >> 2] = Math_fround($15_1 * 0.25);
HEAPF32[($8_1 + 4 | 0) >> 2] = Math_fround($16_1 * 0.25);
HEAPF32[($8_1 + 8 | 0) >> 2] = Math_fround($17_1 * 0.25);
HEAPF32[($8_1 + 12 | 0) >> 2] = Math_fround($23_1 * 0.25);
$7_1 = $8_1 + 16 | 0;
$18_1 = Math_fround(Math_fround($15_1 + $11_1) + $36_1);
$19_1 = Math_fround($12_1 + $32_1);
HEAPF32[$7_1 >> 2] = Math_fround(Math_fround($18_1 + $19_1) * (-0.1666666716337204));
$20_1 = Math_fround(Math_fround($16_1 + $30_1) + $38_1);
$21 = Math_fround($13_1 + $34_1);
HEAPF32[($7_1 + 4 | 0) >> 2] = Math_fround(Math_fround($20_1 + $21) * (-0.1666666716337204));
$27_1 = Math_fround(Math_fround($17_1 + $31_1) + $39_1);
$28_1 = Math_fround($41_1 + $35_1);
HEAPF32[($7_1 + 8 | 0) >> 2] = Math_fround(Math_fround($27_1 + $28_1) * (-0.1666666716337204));
$22_1 = Math_fround(Math_fround($23_1 + $29_1) + $37_1);
$40_1 = Math_fround($14_1 + $33_1);
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($22_1 + $40_1) * (-0.1666666716337204));
$7_1 = $8_1 + 32 | 0;
HEAPF32[$7_1 >> 2] = Math_fround(Math_fround($18_1 - $19_1) * (-0.1666666716337204));
HEAPF32[($7_1 + 4 | 0) >> 2] = Math_fround(Math_fround($20_1 - $21) * (-0.1666666716337204));
HEAPF32[($7_1 + 8 | 0) >> 2] = Math_fround(Math_fround($27_1 - $28_1) * (-0.1666666716337204));
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($22_1 - $40_1) * (-0.1666666716337204));
$7_1 = $8_1 + 48 | 0;
$15_1 = Math_fround($15_1 + Math_fround(Math_fround($11_1 + Math_fround($36_1 * 4)) * 4));
$18_1 = Math_fround($12_1 + Math_fround($32_1 * 4));
$18_1 = Math_fround($18_1 + $18_1);
HEAPF32[$7_1 >> 2] = Math_fround(Math_fround($15_1 + $18_1) * 0.0416666679084301);
$16_1 = Math_fround($16_1 + Math_fround(Math_fround($30_1 + Math_fround($38_1 * 4)) * 4));
$19_1 = Math_fround($13_1 + Math_fround($34_1 * 4));
$19_1 = Math_fround($19_1 + $19_1);
HEAPF32[($7_1 + 4 | 0) >> 2] = Math_fround(Math_fround($16_1 + $19_1) * 0.0416666679084301);
$17_1 = Math_fround($17_1 + Math_fround(Math_fround($31_1 + Math_fround($39_1 * 4)) * 4));
$20_1 = Math_fround($41_1 + Math_fround($35_1 * 4));
$20_1 = Math_fround($20_1 + $20_1);
HEAPF32[($7_1 + 8 | 0) >> 2] = Math_fround(Math_fround($17_1 + $20_1) * 0.0416666679084301);
$23_1 = Math_fround($23_1 + Math_fround(Math_fround($29_1 + Math_fround($37_1 * 4)) * 4));
$21 = Math_fround($14_1 + Math_fround($33_1 * 4));
$21 = Math_fround($21 + $21);
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 + $21) * 0.0416666679084301);
$7_1 = $8_1 - -64 | 0;
HEAPF32[$7_1 >> 2] = Math_fround(Math_fround($15_1 - $18_1) * 0.0416666679084301);
HEAPF32[($7_1 + 4 | 0) >> 2] = Math_fround(Math_fround($16_1 - $19_1) * 0.0416666679084301);
HEAPF32[($7_1 + 8 | 0) >> 2] = Math_fround(Math_fround($17_1 - $20_1) * 0.0416666679084301);
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 - $21) * 0.0416666679084301);
if (($25_1 | 0) > (4 | 0)) {
$12_1 = $36_1;
$13_1 = $38_1;
$14_1 = $37_1;
$11_1 = $39_1;
} else {
if (($25_1 | 0) > (3 | 0)) {
$12_1 = $32_1;
$13_1 = $34_1;
$14_1 = $33_1;
$11_1 = $35_1;
} else {
if (($25_1 | 0) > (2 | 0)) {
$12_1 = $11_1;
$13_1 = $30_1;
$14_1 = $29_1;
$11_1 = $31_1;
} else {
$11_1 = $41_1
}
}
}
$7_1 = $8_1 + 80 | 0;
HEAPF32[$7_1 >> 2] = $12_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = $14_1;
}
$26_1 = $26_1 + 1 | 0;
$8_1 = $8_1 + 96 | 0;
continue label1;
}
break label1;
};
$26_1 = 0;
label2 : while (1) {
if ($26_1 >>> 0 < 6 >>> 0) {
$8_1 = (Math_imul($26_1, $51_1) + $5_1 | 0) + $46_1 | 0;
$7_1 = ($26_1 << 4 | 0) + $6_1 | 0;
$15_1 = HEAPF32[$7_1 >> 2];
$16_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$17_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
$23_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$10_1 = $7_1 + 96 | 0;
$12_1 = HEAPF32[$10_1 >> 2];
$13_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$41_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
$14_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
if (($24_1 | 0) > (2 | 0)) {
$10_1 = $7_1 + 192 | 0;
$11_1 = HEAPF32[$10_1 >> 2];
$29_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
$30_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$31_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
} else {
$11_1 = 0;
$29_1 = 0;
$30_1 = 0;
$31_1 = 0;
}
if (($24_1 | 0) > (3 | 0)) {
$10_1 = $7_1 + 288 | 0;
$32_1 = HEAPF32[$10_1 >> 2];
$33_1 = HEAPF32[($10_1 + 12 | 0) >> 2];
$34_1 = HEAPF32[($10_1 + 4 | 0) >> 2];
$35_1 = HEAPF32[($10_1 + 8 | 0) >> 2];
} else {
$32_1 = 0;
$33_1 = 0;
$34_1 = 0;
$35_1 = 0;
}
if (($24_1 | 0) > (4 | 0)) {
$7_1 = $7_1 + 384 | 0;
$36_1 = HEAPF32[$7_1 >> 2];
$37_1 = HEAPF32[($7_1 + 12 | 0) >> 2];
$38_1 = HEAPF32[($7_1 + 4 | 0) >> 2];
$39_1 = HEAPF32[($7_1 + 8 | 0) >> 2];
} else {
$36_1 = 0;
$37_1 = 0;
$38_1 = 0;
$39_1 = 0;
}
$18_1 = Math_fround($12_1 + Math_fround($32_1 * 4));
$18_1 = Math_fround($18_1 + $18_1);
$19_1 = Math_fround($13_1 + Math_fround($34_1 * 4));
$19_1 = Math_fround($19_1 + $19_1);
$20_1 = Math_fround($41_1 + Math_fround($35_1 * 4));
$20_1 = Math_fround($20_1 + $20_1);
$21 = Math_fround($14_1 + Math_fround($33_1 * 4));
$21 = Math_fround($21 + $21);
$27_1 = Math_fround($15_1 * 0.25);
$28_1 = Math_fround($16_1 * 0.25);
$22_1 = Math_fround($17_1 * 0.25);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$8_1 >> 2] = $27_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $28_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $22_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = Math_fround($23_1 * 0.25);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$8_1 >> 2] = $27_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($8_1 + 4 | 0) >> 2] = $28_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($8_1 + 8 | 0) >> 2] = $22_1
}
}
$27_1 = Math_fround(Math_fround($23_1 + $29_1) + $37_1);
$28_1 = Math_fround($14_1 + $33_1);
$10_1 = Math_imul($51_1, 6);
$7_1 = $10_1 + $8_1 | 0;
$55_1 = Math_fround(Math_fround($15_1 + $11_1) + $36_1);
$56_1 = Math_fround($12_1 + $32_1);
$22_1 = Math_fround(Math_fround($55_1 + $56_1) * (-0.1666666716337204));
$57_1 = Math_fround(Math_fround($16_1 + $30_1) + $38_1);
$58_1 = Math_fround($13_1 + $34_1);
$40_1 = Math_fround(Math_fround($57_1 + $58_1) * (-0.1666666716337204));
$59_1 = Math_fround(Math_fround($17_1 + $31_1) + $39_1);
$60_1 = Math_fround($41_1 + $35_1);
$44_1 = Math_fround(Math_fround($59_1 + $60_1) * (-0.1666666716337204));
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $22_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $40_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $44_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($27_1 + $28_1) * (-0.1666666716337204));
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $22_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $40_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $44_1
}
}
$7_1 = $8_1 + ($10_1 << 1 | 0) | 0;
$22_1 = Math_fround(Math_fround($55_1 - $56_1) * (-0.1666666716337204));
$40_1 = Math_fround(Math_fround($57_1 - $58_1) * (-0.1666666716337204));
$44_1 = Math_fround(Math_fround($59_1 - $60_1) * (-0.1666666716337204));
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $22_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $40_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $44_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($27_1 - $28_1) * (-0.1666666716337204));
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $22_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $40_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $44_1
}
}
$23_1 = Math_fround($23_1 + Math_fround(Math_fround($29_1 + Math_fround($37_1 * 4)) * 4));
$7_1 = $8_1 + Math_imul($10_1, 3) | 0;
$27_1 = Math_fround($15_1 + Math_fround(Math_fround($11_1 + Math_fround($36_1 * 4)) * 4));
$15_1 = Math_fround(Math_fround($27_1 + $18_1) * 0.0416666679084301);
$28_1 = Math_fround($16_1 + Math_fround(Math_fround($30_1 + Math_fround($38_1 * 4)) * 4));
$16_1 = Math_fround(Math_fround($28_1 + $19_1) * 0.0416666679084301);
$22_1 = Math_fround($17_1 + Math_fround(Math_fround($31_1 + Math_fround($39_1 * 4)) * 4));
$17_1 = Math_fround(Math_fround($22_1 + $20_1) * 0.0416666679084301);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $15_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $16_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $17_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 + $21) * 0.0416666679084301);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $15_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $16_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $17_1
}
}
$7_1 = $8_1 + ($10_1 << 2 | 0) | 0;
$15_1 = Math_fround(Math_fround($27_1 - $18_1) * 0.0416666679084301);
$16_1 = Math_fround(Math_fround($28_1 - $19_1) * 0.0416666679084301);
$17_1 = Math_fround(Math_fround($22_1 - $20_1) * 0.0416666679084301);
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$7_1 >> 2] = $15_1;
HEAPF32[($7_1 + 4 | 0) >> 2] = $16_1;
HEAPF32[($7_1 + 8 | 0) >> 2] = $17_1;
HEAPF32[($7_1 + 12 | 0) >> 2] = Math_fround(Math_fround($23_1 - $21) * 0.0416666679084301);
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$7_1 >> 2] = $15_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($7_1 + 4 | 0) >> 2] = $16_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($7_1 + 8 | 0) >> 2] = $17_1
}
}
if (($24_1 | 0) > (4 | 0)) {
$12_1 = $36_1;
$13_1 = $38_1;
$14_1 = $37_1;
$11_1 = $39_1;
} else {
if (($24_1 | 0) > (3 | 0)) {
$12_1 = $32_1;
$13_1 = $34_1;
$14_1 = $33_1;
$11_1 = $35_1;
} else {
if (($24_1 | 0) > (2 | 0)) {
$12_1 = $11_1;
$13_1 = $30_1;
$14_1 = $29_1;
$11_1 = $31_1;
} else {
$11_1 = $41_1
}
}
}
$8_1 = $8_1 + Math_imul($10_1, 5) | 0;
if (($9_1 | 0) >= (4 | 0)) {
HEAPF32[$8_1 >> 2] = $12_1;
HEAPF32[($8_1 + 4 | 0) >> 2] = $13_1;
HEAPF32[($8_1 + 8 | 0) >> 2] = $11_1;
HEAPF32[($8_1 + 12 | 0) >> 2] = $14_1;
} else {
if (($9_1 | 0) > (0 | 0)) {
HEAPF32[$8_1 >> 2] = $12_1
}
if (($9_1 | 0) > (1 | 0)) {
HEAPF32[($8_1 + 4 | 0) >> 2] = $13_1
}
if (($9_1 | 0) > (2 | 0)) {
HEAPF32[($8_1 + 8 | 0) >> 2] = $11_1
}
}
$26_1 = $26_1 + 1 | 0;
continue label2;
}
break label2;
};
$9_1 = $9_1 - 4 | 0;
$46_1 = $46_1 + 16 | 0;
continue label3;
}
break label3;
};
$45_1 = $45_1 + 1 | 0;
$5_1 = $5_1 + $42_1 | 0;
continue label4;
}
break label4;
};
$43_1 = $43_1 + 1 | 0;
continue label5;
}
break label5;
};
}
bufferView = HEAPU8;
function __wasm_memory_size() {
return buffer.byteLength >> 16;
}
function __wasm_memory_grow(pagesToAdd) {
pagesToAdd = pagesToAdd | 0;
var oldPages = __wasm_memory_size() | 0;
var newPages = oldPages + pagesToAdd | 0;
if ((oldPages < newPages) && (newPages < 65536)) {
var newBuffer = new ArrayBuffer(newPages << 16);
var newHEAP8 = new Int8Array(newBuffer);
newHEAP8.set(HEAP8);
HEAP8 = new Int8Array(newBuffer);
HEAP16 = new Int16Array(newBuffer);
HEAP32 = new Int32Array(newBuffer);
HEAPU8 = new Uint8Array(newBuffer);
HEAPU16 = new Uint16Array(newBuffer);
HEAPU32 = new Uint32Array(newBuffer);
HEAPF32 = new Float32Array(newBuffer);
HEAPF64 = new Float64Array(newBuffer);
buffer = newBuffer;
memory.buffer = buffer;
bufferView = HEAPU8;
}
return oldPages;
}
return {
"activate": $2,
"activationGradient": $3,
"softmax": $7,
"softmaxCrossEntropy": $8,
"topK": $9,
"adam": $10,
"momentum": $11,
"proximalSgd": $12,
"pull": $13,
"sgd": $14,
"sgdRows": $15,
"dropout": $16,
"gruBackward": $27,
"gruForward": $28,
"lstmBackward": $29,
"lstmForward": $30,
"moments": $31,
"normalisationGradient": $32,
"normalise": $33,
"addPatches": $34,
"gatherPatches": $35,
"averagePool": $36,
"averagePoolGradient": $37,
"maxPool": $38,
"maxPoolGradient": $39,
"pack": $41,
"packedBytes": $42,
"multiply": $46,
"multiplyPacked": $26,
"scratchBytes": $47,
"addColumns": $48,
"gatherColumns": $49,
"rowDots": $51,
"scaleRows": $52,
"addRowDots": $53,
"addRowProduct": $54,
"addRows": $55,
"columnSums": $56,
"gatherRows": $57,
"sparseRows": $58,
"squaredNorm": $59,
"winogradFilter": $60,
"winogradFilterGradients": $61,
"winogradImages": $62,
"winogradOutputs": $63,
"winogradGradients": $64,
"memory": Object.create(Object.prototype, {
"grow": {
"value": __wasm_memory_grow
},
"buffer": {
"get": function () {
return buffer;
}
}
})
};
}
return asmFunc({ env: { memory } });
}

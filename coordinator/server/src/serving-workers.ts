export { default as kernels } from '@murmuration/engine/kernels.wasm';
export * from '@murmuration/serving/workers';

export * from '@murmuration/engine/onnx/run';
export * from '@murmuration/engine/onnx/write';

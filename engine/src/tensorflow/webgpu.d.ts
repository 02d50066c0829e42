/** Registers the backend with TensorFlow.js. */
export {};

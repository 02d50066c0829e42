export * from '@murmuration/inference-client';

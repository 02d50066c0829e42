export * from '@murmuration/engine/serving';

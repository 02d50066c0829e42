export * from '@murmuration/serving';

export * from '@murmuration/rounds/testing/blobs';
export * from '@murmuration/rounds/testing/strategy';

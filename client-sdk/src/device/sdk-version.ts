/** Version of the SDK, as in package.json. */
export const sdkVersion = '0.3.0';

const { getDefaultConfig } = require('@react-native/metro-config');

// The SDK's entries are exports of its package, which Metro reads by default from 0.82 on.
module.exports = getDefaultConfig(__dirname);

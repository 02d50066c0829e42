// What Metro makes of a module: Babel's preset of React Native, as an app's babel.config.cjs names it.
const { transformSync } = require('@babel/core');

const preset = require.resolve('@react-native/babel-preset');

exports.transform = ({ src, filename }) => {
  const { ast, metadata } = transformSync(src, {
    ast: true,
    code: false,
    filename,
    babelrc: false,
    configFile: false,
    sourceType: 'unambiguous',
    presets: [[preset, { enableBabelRuntime: false }]],
  });
  return { ast, metadata };
};

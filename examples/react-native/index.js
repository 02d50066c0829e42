import 'react-native-get-random-values';
import 'react-native-url-polyfill/auto';
import { AppRegistry } from 'react-native';
import App from './App.tsx';

AppRegistry.registerComponent('notes', () => App);

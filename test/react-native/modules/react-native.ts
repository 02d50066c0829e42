// What the example uses of React Native, for a bundle that shows nothing: it tells which app was registered, and what that is.
export const AppRegistry = {
  registerComponent(name: string, component: () => unknown): void {
    Object.assign(globalThis, { registered: `${name}: ${typeof component()}` });
  },
};
export const AppState = { currentState: 'active' };
export const Platform = { OS: 'android' };
export const StyleSheet = { create: (styles: object): object => styles };
export const Pressable = 'Pressable';
export const SafeAreaView = 'SafeAreaView';
export const Switch = 'Switch';
export const Text = 'Text';
export const TextInput = 'TextInput';
export const View = 'View';

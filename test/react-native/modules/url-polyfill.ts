// Nothing of the bundle reads an address before the app is shown.
export {};

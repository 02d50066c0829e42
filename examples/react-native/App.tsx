import { FederationProvider, useFederation, usePrediction } from '@murmuration/client-sdk/react';
import { MurmurationWebView } from '@murmuration/client-sdk/web-view';
import { useState } from 'react';
import { Pressable, SafeAreaView, StyleSheet, Switch, Text, TextInput, View } from 'react-native';
import { WebView } from 'react-native-webview';
import { makeClient, notes, training } from './client.ts';
import { firstWord, words } from './words.js';

/** Number of suggestions shown. */
const shown = 3;

export default function App({ coordinator }: { readonly coordinator?: string }) {
  return (
    <FederationProvider create={() => makeClient(coordinator)}>
      <SafeAreaView style={styles.page}>
        <NotePad />
        <Participation />
      </SafeAreaView>
      <MurmurationWebView trainer={training} view={WebView} />
    </FederationProvider>
  );
}

function NotePad() {
  const [text, setText] = useState('');
  const { prediction, error } = usePrediction('notes', text);
  const likeliest = prediction ? likeliestOf(prediction.values) : [];
  const add = (word: string) => setText(`${text.trimEnd()} ${word} `.trimStart());
  return (
    <>
      <TextInput
        style={styles.note}
        multiline
        placeholder="A note"
        accessibilityLabel="Note"
        value={text}
        onChangeText={setText}
        onEndEditing={() => {
          if (text.trim() !== '') notes.push(text);
        }}
      />
      <View style={styles.row} accessibilityLabel="Suggestions">
        {likeliest.map(word => (
          <Pressable key={word} style={styles.word} accessibilityRole="button" onPress={() => add(word)}>
            <Text>{word}</Text>
          </Pressable>
        ))}
      </View>
      {error && <Text accessibilityRole="alert">{error.detail}</Text>}
    </>
  );
}

function likeliestOf(values: ArrayLike<number>): string[] {
  return words
    .map((word: string, i: number) => ({ word, value: values[firstWord + i] ?? 0 }))
    .sort((a: { value: number }, b: { value: number }) => b.value - a.value)
    .slice(0, shown)
    .map(({ word }: { word: string }) => word);
}

function Participation() {
  const { connection, hasConsent, round, error, setConsent } = useFederation();
  return (
    <View style={styles.row}>
      <Switch
        accessibilityLabel="Learn together"
        value={hasConsent ?? false}
        onValueChange={given => void setConsent(given)}
      />
      <Text>Learn together: {error ? error.detail : (round?.phase ?? connection.state)}</Text>
    </View>
  );
}

const styles = StyleSheet.create({
  page: { flex: 1, padding: 16, gap: 12 },
  note: { flex: 1, textAlignVertical: 'top', fontSize: 18 },
  row: { flexDirection: 'row', alignItems: 'center', gap: 8 },
  word: { padding: 10, borderWidth: 1, borderRadius: 8 },
});

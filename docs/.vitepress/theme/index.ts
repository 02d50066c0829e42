import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { searchOptions } from '../search.ts';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ siteData }) {
    // VitePress would hand functions of its configuration to pages as texts to evaluate.
    const { themeConfig } = siteData.value;
    const search = { ...themeConfig.search, options: { miniSearch: { searchOptions } } };
    siteData.value = { ...siteData.value, themeConfig: { ...themeConfig, search } };
  },
} satisfies Theme;

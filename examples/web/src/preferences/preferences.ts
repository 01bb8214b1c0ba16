import { useSyncExternalStore } from 'react';
import { chinese } from '../words/chinese.ts';
import { english, type Words } from '../words/english.ts';

export const languages = { en: english, zh: chinese } as const satisfies Record<string, Words>;
export const themes = ['system', 'light', 'dark'] as const;

export interface Preferences {
  readonly language: keyof typeof languages;
  readonly theme: (typeof themes)[number];
}

const KEY = 'aiw3-example:preferences';
const listeners = new Set<() => void>();

/** What was chosen here before; else the language of the browser, and its light or dark. */
function read(): Preferences {
  const kept = keptHere();
  const language =
    kept.language && Object.hasOwn(languages, kept.language) ? kept.language : ofBrowser();
  return { language, theme: themes.find((theme) => theme === kept.theme) ?? 'system' };
}

/** Nothing where the browser blocks site data, or something else wrote there. */
function keptHere(): Partial<Preferences> {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {}) as Partial<Preferences>;
  } catch {
    return {};
  }
}

const ofBrowser = (): Preferences['language'] =>
  navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';

let present = read();

/** What lies outside of React: the language of the document, and its colours. */
function apply(): void {
  const { documentElement } = document;
  documentElement.lang = languages[present.language].lang;
  documentElement.dataset.theme = present.theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const scheme = meta.dataset.scheme ?? 'light';
    meta.media =
      present.theme === 'system'
        ? `(prefers-color-scheme: ${scheme})`
        : present.theme === scheme
          ? 'all'
          : 'not all';
  }
}

function adopt(next: Preferences): void {
  present = next;
  apply();
  for (const listener of listeners) listener();
}

apply();
window.addEventListener('storage', ({ key }) => key === KEY && adopt(read()));

export function choose(change: Partial<Preferences>): void {
  adopt({ ...present, ...change });
  localStorage.setItem(KEY, JSON.stringify(present));
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, () => present);
/** What the page says, in the language that was chosen. */
export const useText = (): Words => languages[usePreferences().language];

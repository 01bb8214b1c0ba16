import { choose, languages, themes, usePreferences, useText } from './preferences.ts';

const names = { en: 'English', zh: '中文' } as const;
const codes = Object.keys(languages) as (keyof typeof languages)[];

/** Language and appearance, at the end of the page. */
export function Switches() {
  const { language, theme } = usePreferences();
  const { preferences } = useText();
  return (
    <footer className="page switches">
      <fieldset>
        <legend className="hidden">{preferences.language}</legend>
        {codes.map((code) => (
          <button
            key={code}
            type="button"
            className="link"
            lang={languages[code].lang}
            aria-pressed={code === language}
            onClick={() => choose({ language: code })}
          >
            {names[code]}
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend className="hidden">{preferences.theme}</legend>
        {themes.map((one) => (
          <button
            key={one}
            type="button"
            className="link"
            aria-pressed={one === theme}
            onClick={() => choose({ theme: one })}
          >
            {preferences[one]}
          </button>
        ))}
      </fieldset>
    </footer>
  );
}

interface Units {
  s(seconds: number | string): string;
  min(minutes: number, seconds: number): string;
}

/** Numbers as a language writes them. */
export function formats(locale: string) {
  const whole = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact' });
  return {
    locale,
    /** `500,000` */
    number: (value: number): string => whole.format(value),
    /** `500K`, `50万` */
    rounded: (value: number): string => compact.format(value),
    /** `0.4 s`, `12 s`, `2 min 5 s` */
    duration(ms: number, { s, min }: Units): string {
      if (ms < 50) return `< ${s('0.1')}`;
      if (ms < 9_950) return s((ms / 1000).toFixed(1));
      const seconds = Math.round(ms / 1000);
      return seconds < 60 ? s(seconds) : min(Math.floor(seconds / 60), seconds % 60);
    },
  };
}

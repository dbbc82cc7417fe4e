import { useEffect, useState } from 'react';
import { Button } from '../ui/Button.js';

const KEY = 'voxgraph-theme';

function stored(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    // Storing may be forbidden to pages.
    return undefined;
  }
}

/** Light or dark: as the system is set, until it is chosen here. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(stored);
  const system = useSystemDark();
  const dark = theme ? theme === 'dark' : system;
  useEffect(() => {
    if (theme) document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const choose = () => {
    const next = dark ? 'light' : 'dark';
    setTheme(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Then it is chosen for this page alone.
    }
  };
  return (
    <Button bare kind="quiet" icon={dark ? 'sun' : 'moon'} label={dark ? 'Light colours' : 'Dark colours'} onClick={choose} />
  );
}

function useSystemDark(): boolean {
  const [query] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, [query]);
  return dark;
}

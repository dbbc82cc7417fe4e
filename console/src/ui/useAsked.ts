import { useEffect, useState } from 'react';
import { ask, sentence } from '../api/client.js';

/** An answer of the API. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly problem: string | undefined;
}

/** Asks the API, and anew whenever the path or `when` changes; the old answer stays until the new one is there. No path: nothing is asked. */
export function useAsked<T>(path: string | undefined, when?: unknown): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { path?: string | undefined }>({ value: undefined, problem: undefined });
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    ask<T>(path, { signal: stop.signal }).then(
      (value) => setAsked({ value, problem: undefined, path }),
      (error: unknown) => {
        if (!stop.signal.aborted) setAsked((before) => ({ ...before, problem: sentence(error) }));
      },
    );
    return () => stop.abort();
  }, [path, when]);
  return asked.path === path ? asked : { value: undefined, problem: asked.problem };
}

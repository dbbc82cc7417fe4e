import { useCallback, useState } from 'react';
import { sentence } from '../api/client.js';

/** Work that a button starts: whether it is under way, and what went wrong with it last. */
export function useTask(): {
  readonly busy: boolean;
  readonly problem: string | undefined;
  run(work: () => Promise<unknown>): Promise<boolean>;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(sentence(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, problem, run };
}

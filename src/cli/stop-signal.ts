/**
 * Calls `stop` on the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.
 *
 * @returns takes the handlers off.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): () => void {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let asked = false;
  const handle = (signal: NodeJS.Signals) => {
    // 128 + SIGINT, as shells count it.
    if (asked) process.exit(130);
    asked = true;
    stop(signal);
  };
  for (const signal of signals) process.on(signal, handle);
  return () => {
    for (const signal of signals) process.off(signal, handle);
  };
}

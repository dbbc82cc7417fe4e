import { faultOwner } from './attribution.js';

/**
 * Takes what plugins and nodes let escape from every guard, such as an exception in a timer of their own or a promise that nobody awaits:
 * Node would end the process. They go to the plugin or node in whose name the code ran; what has no owner ends the process as ever.
 * For programs that are a server of calls and nothing else: it listens to `uncaughtException` and `unhandledRejection` of the process.
 *
 * @returns takes it back.
 */
export function containEscapes(): () => void {
  const stop = (): void => {
    process.off('uncaughtException', escaped);
    process.off('unhandledRejection', escaped);
  };
  const escaped = (error: unknown): void => {
    const owner = faultOwner();
    if (owner) return owner.escaped(error);
    stop();
    // Thrown where nobody listens any more, it does what it always did.
    setImmediate(() => {
      throw error;
    });
  };
  process.on('uncaughtException', escaped);
  process.on('unhandledRejection', escaped);
  return stop;
}

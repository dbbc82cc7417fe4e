import type { EventObject, InspectionEvent } from 'xstate';
import type { Engine } from '../engine/api.js';
import type { Scheduler } from '../time/scheduler.js';

/** Where the server of Stately's inspector listens unless it is told otherwise. */
export const DEFAULT_INSPECTOR_URL = 'ws://localhost:8080';

/** What waits for an inspector that is not there yet; older ones are dropped. */
const MOST_WAITING = 500;
const AGAIN_MS = 5000;
/** States within states are objects in objects: at the package's own depth of 10 the inner ones of a call would be missing. */
const DEPTH = 40;

/**
 * Tells Stately's inspector what the machines of an engine do, in its own protocol (@statelyai/inspect), over a WebSocket that is opened
 * again when it is lost. Begin before anything runs: machines that exist already are not told of.
 *
 * @returns ends it.
 * @throws TypeError when `url` is no address.
 */
export async function inspectMachines(engine: Pick<Engine, 'inspect'>, url: string, scheduler: Scheduler): Promise<() => void> {
  const { createInspector } = await import('@statelyai/inspect');
  const waiting: string[] = [];
  let socket: WebSocket | undefined;
  let over = false;
  let cancel = () => {};
  const open = (): void => {
    const made = new WebSocket(url);
    made.addEventListener('open', () => {
      socket = made;
      for (const message of waiting.splice(0)) made.send(message);
    });
    // After an error it closes, too.
    made.addEventListener('error', () => {});
    made.addEventListener('close', () => {
      socket = undefined;
      if (!over) cancel = scheduler.after(AGAIN_MS, open);
    });
    ending = () => made.close();
  };
  let ending = (): void => {};
  const send = (event: unknown): void => {
    const message = textOf(event);
    if (socket) return socket.send(message);
    waiting.push(message);
    if (waiting.length > MOST_WAITING) waiting.shift();
  };
  const { inspect, start } = createInspector(
    { start: open, stop: () => ending(), send },
    { serialize: (event) => event, serializationDepthLimit: DEPTH },
  );
  start();
  const stop = engine.inspect((event) => inspect.next?.(plainEvent(event)));
  return () => {
    over = true;
    stop();
    cancel();
    ending();
  };
}

/** Events of actors may hold errors and promises, which JSON drops or breaks on; what is told of them is their plain part. */
function plainEvent(event: InspectionEvent): InspectionEvent {
  return 'event' in event ? { ...event, event: JSON.parse(plainText(event.event)) as EventObject } : event;
}

/** What a machine has in its context may be anything; nothing of it may end the process. */
function textOf(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch {
    return plainText(event);
  }
}

function plainText(whole: unknown): string {
  const seen = new Set<unknown>();
  return JSON.stringify(whole, (_key, value: unknown) => {
    if (value instanceof Error) return { name: value.name, message: value.message };
    if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value;
  });
}

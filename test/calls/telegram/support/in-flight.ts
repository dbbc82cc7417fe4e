import { Socket } from 'node:dgram';

/** Datagrams that were sent to open sockets of this process and have not been received, by socket. */
const waiting = new Map<Socket, number>();
const byPort = new Map<number, Socket>();

const { send } = Socket.prototype;
const emit = Socket.prototype.emit as (this: Socket, event: string, ...args: unknown[]) => boolean;

Socket.prototype.send = function (this: Socket, ...args: unknown[]) {
  const port = args.slice(1).find((arg) => typeof arg === 'number');
  const target = port === undefined ? undefined : byPort.get(port);
  if (target) waiting.set(target, (waiting.get(target) ?? 0) + 1);
  return (send as (...args: unknown[]) => void).apply(this, args);
} as typeof send;

Socket.prototype.emit = function (this: Socket, event: string, ...args: unknown[]) {
  if (event === 'listening') byPort.set(this.address().port, this);
  if (event === 'close') {
    waiting.delete(this);
    for (const [port, socket] of byPort) if (socket === this) byPort.delete(port);
  }
  const known = waiting.get(this);
  if (event === 'message' && known) waiting.set(this, known - 1);
  return emit.call(this, event, ...args);
} as typeof Socket.prototype.emit;

/** How many datagrams are on their way within this process. */
export function inFlight(): number {
  let sum = 0;
  for (const count of waiting.values()) sum += count;
  return sum;
}

/** Counts those that are on their way as lost: a full buffer of the system drops without a word. */
export function giveUpInFlight(): void {
  waiting.clear();
}

/** One message of an event stream (WHATWG HTML, 9.2.5). JSON holds no line breaks, so one `data:` line is enough. */
export function sse(event: string, data: unknown, id?: number): Buffer {
  const head = id === undefined ? `event: ${event}\n` : `event: ${event}\nid: ${id}\n`;
  return Buffer.from(`${head}data: ${JSON.stringify(data)}\n\n`);
}

/** Says nothing, so that neither side takes the other for dead. */
export const KEEP_ALIVE: Buffer = Buffer.from(': still here\n\n');

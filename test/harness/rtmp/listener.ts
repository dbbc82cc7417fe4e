import { fork } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { typeScriptArgs } from '../../support/run-typescript.js';

/** What came of one stream, by FFmpeg's own RTMP server, demuxer and decoders. */
export interface Arrived {
  /** The first channel of the sound; its first sample is at `soundUs`. */
  readonly pcm: Float32Array;
  readonly soundUs: number;
  /** The mean of each plane (Y, Cb, Cr) of each picture, and when it is shown. */
  readonly pictures: readonly { readonly ptsUs: number; readonly mean: readonly number[]; readonly size: string }[];
  readonly codecs: readonly string[];
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** FFmpeg's RTMP server, in a process of its own: takes one stream, and decodes it until it ends. */
export function listenRtmp(port: number, path: string): Promise<Arrived> {
  const args = typeScriptArgs(fileURLToPath(new URL('./process.ts', import.meta.url)));
  const child = fork(args.at(-1)!, [`rtmp://127.0.0.1:${port}/${path}`], {
    execArgv: args.slice(0, -1),
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const arriving = new Promise<Arrived>((done, failed) => {
    child.on('message', (arrived: Arrived) => done(arrived));
    child.on('exit', (code, signal) => failed(new Error(`the listener ended with ${code ?? signal}`)));
  });
  // It is waited for later.
  arriving.catch(() => {});
  return arriving;
}

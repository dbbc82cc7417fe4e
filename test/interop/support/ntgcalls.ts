import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ForeignPeer } from './foreign-peer.js';

/** What ntgcalls is to send; both play once. */
export interface NtgcallsMedia {
  /** 16-bit mono at 48 kHz, without a header. */
  readonly sound?: string;
  /** Pictures as I420, one behind the other. */
  readonly picture?: { readonly path: string; readonly width: number; readonly height: number; readonly frameRate: number };
  readonly listen?: boolean;
  readonly look?: boolean;
}

/** The newest picture of somebody. */
export interface SeenPicture {
  readonly width: number;
  readonly height: number;
  /** How many came so far. */
  readonly count: number;
  /** Means of its planes. */
  readonly yuv: readonly [number, number, number];
}

/** A participant by ntgcalls: the media side alone, its signalling is the test's. */
export class Ntgcalls {
  readonly peer: ForeignPeer;

  /** @param folder where it is installed. */
  constructor(folder: string) {
    this.peer = new ForeignPeer('python3', [join(import.meta.dirname, 'ntgcalls_peer.py'), folder]);
  }

  /** Begins; gives the parameters of its join, as it makes them. */
  async join(media: NtgcallsMedia): Promise<string> {
    return (await this.peer.ask<{ params: string }>('join', { ...media })).params;
  }

  /** Takes the answer to its join; resolves when it is connected. */
  async connect(answer: string): Promise<void> {
    await this.peer.ask('connect', { answer });
  }

  /** Wants somebody's picture. */
  async look(
    endpoint: string,
    groups: readonly { readonly semantics: string; readonly sources: readonly number[] }[],
  ): Promise<void> {
    const unsigned = groups.map(({ semantics, sources }) => ({ semantics, sources: sources.map((source) => source >>> 0) }));
    await this.peer.ask('look', { endpoint, groups: unsigned });
  }

  /** What was heard of each source so far, at most the newest 20 s. */
  async heard(): Promise<ReadonlyMap<number, Float32Array>> {
    const { voices } = await this.peer.ask<{ voices: { ssrc: number; pcm: string }[] }>('heard');
    return new Map(voices.map(({ ssrc, pcm }) => [ssrc, samples(Buffer.from(pcm, 'base64'))]));
  }

  /** The newest picture of each kind. */
  async seen(): Promise<Readonly<Record<string, SeenPicture | undefined>>> {
    return (await this.peer.ask<{ pictures: Record<string, SeenPicture> }>('seen')).pictures;
  }

  async leave(): Promise<void> {
    await this.peer.ask('leave');
  }

  close(): Promise<void> {
    return this.peer.close();
  }
}

function samples(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(i * 2) / 32_768);
}

/** Writes a tone for ntgcalls. @param peak 0…1. */
export function writeTone(path: string, hz: number, peak: number, seconds: number): string {
  const bytes = Buffer.alloc(48_000 * 2 * seconds);
  for (let i = 0; i < 48_000 * seconds; i++)
    bytes.writeInt16LE(Math.round(32_767 * peak * Math.sin((2 * Math.PI * hz * i) / 48_000)), i * 2);
  writeFileSync(path, bytes);
  return path;
}

/** Writes pictures of one colour for ntgcalls. */
export function writeColour(
  path: string,
  yuv: readonly [number, number, number],
  { width, height, frameRate, seconds }: { width: number; height: number; frameRate: number; seconds: number },
): { path: string; width: number; height: number; frameRate: number } {
  const luma = width * height;
  const picture = Buffer.concat(yuv.map((value, i) => Buffer.alloc(i === 0 ? luma : luma / 4, value)));
  writeFileSync(path, Buffer.concat(Array.from({ length: frameRate * seconds }, () => picture)));
  return { path, width, height, frameRate };
}

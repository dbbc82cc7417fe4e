import { AVERROR_EIO, AVERROR_ENOENT } from 'node-av/constants';
import { Dictionary, FormatContext, InputFormat } from 'node-av/lib';
import { voxError } from '../../errors.js';
import type { ByteSource } from '../net/byte-source.js';
import type { AudioReader } from './audio-reader.js';
import { readMediaInfo } from './media-info.js';
import { avReason, setAvLogQuiet } from './native.js';
import { chooseStream, openDecoder } from './open-input.js';
import { pumpedReader } from './stream-reader.js';

/** How much a device may run ahead of the graph, in microseconds; beyond it the device itself drops. */
const AHEAD_US = 300_000;

/** The devices FFmpeg may know, best first, by operating system. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  linux: ['pulse', 'alsa'],
  darwin: ['avfoundation'],
  win32: ['dshow'],
};

/** What a device is called when nobody names one. */
const DEFAULT_NAMES: Readonly<Record<string, string>> = { avfoundation: ':default', pulse: 'default', alsa: 'default' };

/** Sound that is taken while it is made: no bytes, no positions. */
const DEVICE_SOURCE: Pick<ByteSource, 'live' | 'seekable' | 'failure'> = { live: true, seekable: false, failure: undefined };

/**
 * Opens a sound device of this machine. Each open device keeps one thread of Node's pool waiting for it.
 *
 * @param format FFmpeg's name of the kind of device, or `auto` for the usual one of this system. @param device its name; empty: the usual one.
 * @throws VoxError `DEVICE_UNAVAILABLE`.
 */
export async function openDevice(format: string, device: string): Promise<AudioReader> {
  setAvLogQuiet();
  const kind = format === 'auto' ? (USUAL[process.platform] ?? []).find((name) => InputFormat.findInputFormat(name)) : format;
  const input = kind === undefined ? null : InputFormat.findInputFormat(kind);
  const name = device || DEFAULT_NAMES[kind ?? ''] || '';
  const unavailable = (reason: string) => voxError('DEVICE_UNAVAILABLE', { format: kind ?? format, device: name, reason });
  if (!input || kind === undefined) throw unavailable('this build of FFmpeg has none of that kind');
  // What drivers answer for a device that is not there differs, and says nothing to people.
  const because = (code: number) =>
    code === AVERROR_EIO || code === AVERROR_ENOENT ? 'there is none of that name, or another program holds it' : avReason(code);
  const context = new FormatContext();
  // No demuxer but the device's own, and no protocol: a device's name leads nowhere else.
  const options = Dictionary.fromObject({ protocol_whitelist: 'none', format_whitelist: kind });
  try {
    let code = await context.openInput(name, input, options);
    if (code < 0) throw unavailable(because(code));
    code = await context.findStreamInfo(null);
    if (code < 0) throw unavailable(because(code));
    const stream = chooseStream(context, name, undefined);
    const decoder = await openDecoder(stream, name);
    const info = { ...readMediaInfo(context, stream, false), durationUs: undefined, durationExact: false };
    return pumpedReader({
      name,
      format: context,
      stream,
      decoder,
      info,
      source: DEVICE_SOURCE,
      aheadUs: AHEAD_US,
      resumeUs: AHEAD_US / 3,
      ready: () => Promise.resolve(),
      close: () => context.closeInputSync(),
    });
  } catch (error) {
    context.closeInputSync();
    throw error;
  } finally {
    options.free();
  }
}

import { Codec, CodecContext, Rational } from 'node-av/lib';
import { AV_CODEC_FLAG_BITEXACT, AV_CODEC_FLAG_GLOBAL_HEADER, AV_SAMPLE_FMT_FLT } from 'node-av/constants';
import { voxError } from '../../errors.js';
import { SAMPLE_RATE } from '../format.js';
import { avReason, layoutOf, setAvLogQuiet } from './native.js';

/** What an Opus encoder is to do. */
export interface OpusOptions {
  /** Channels of the packets: 1 or 2; default 2. */
  readonly channels?: 1 | 2;
  /** Bit rate in kbit/s, 6–510 (256 at most per channel); default 64. */
  readonly bitrateKbps?: number;
  /** `audio` for music (default), `voip` for speech, `lowdelay` for the least delay. */
  readonly application?: 'audio' | 'voip' | 'lowdelay';
  /** Effort, 0–10; default 10. Each step costs CPU: 10 takes about three times as much as 0. */
  readonly complexity?: number;
  /** Variable bit rate; default true. `'constrained'` keeps packets near their mean size. */
  readonly vbr?: boolean | 'constrained';
  /** Adds in-band forward error correction for lost packets (speech rates); default false. */
  readonly fec?: boolean;
  /** Share of packets expected to be lost, 0–100, which FEC and redundancy aim at; default 0. */
  readonly packetLossPercent?: number;
  /** Length of a packet in milliseconds; default 20. */
  readonly frameMs?: 2.5 | 5 | 10 | 20 | 40 | 60;
}

/** {@link OpusOptions} with every default filled in. */
export interface OpusSettings {
  readonly channels: 1 | 2;
  readonly bitrateKbps: number;
  readonly application: 'audio' | 'voip' | 'lowdelay';
  readonly complexity: number;
  readonly vbr: boolean | 'constrained';
  readonly fec: boolean;
  readonly packetLossPercent: number;
  readonly frameMs: number;
}

/** The defaults of {@link OpusOptions}. */
export const OPUS_DEFAULTS: OpusSettings = {
  channels: 2,
  bitrateKbps: 64,
  application: 'audio',
  complexity: 10,
  vbr: true,
  fec: false,
  packetLossPercent: 0,
  frameMs: 20,
};

/** Fills in the defaults. */
export function opusSettings(options: OpusOptions): OpusSettings {
  const settings: OpusSettings = { ...OPUS_DEFAULTS };
  for (const [name, value] of Object.entries(options) as [string, unknown][])
    if (value !== undefined) Object.assign(settings, { [name]: value });
  return settings;
}

/**
 * Refuses settings out of range.
 *
 * @throws VoxError OPTION_OUT_OF_RANGE.
 */
export function checkSettings(s: OpusSettings): void {
  const range = (what: string, given: number, low: number, high: number): void => {
    if (!(given >= low && given <= high))
      throw voxError('OPTION_OUT_OF_RANGE', { what, given, reason: `it must be ${low} to ${high}` });
  };
  range('the channel count', s.channels, 1, 2);
  range('the bit rate in kbit/s', s.bitrateKbps, 6, 510);
  range('complexity', s.complexity, 0, 10);
  range('the expected packet loss in percent', s.packetLossPercent, 0, 100);
  if (![2.5, 5, 10, 20, 40, 60].includes(s.frameMs)) {
    throw voxError('OPTION_OUT_OF_RANGE', {
      what: 'the packet length in ms',
      given: s.frameMs,
      reason: 'it must be 2.5, 5, 10, 20, 40 or 60',
    });
  }
}

/** Opens libopus by these settings; used by the encoder and by the file writer. */
export async function openOpus(s: OpusSettings): Promise<CodecContext> {
  checkSettings(s);
  setAvLogQuiet();
  const codec = Codec.findEncoderByName('libopus' as never);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'encoder', name: 'libopus' });
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = SAMPLE_RATE;
  context.timeBase = new Rational(1, SAMPLE_RATE);
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.channelLayout = layoutOf(s.channels);
  // libopus takes 256 kbit/s a channel at most.
  context.bitRate = BigInt(Math.round(Math.min(s.bitrateKbps, 256 * s.channels) * 1000));
  context.setFlags(AV_CODEC_FLAG_BITEXACT, AV_CODEC_FLAG_GLOBAL_HEADER);
  // Set on the context and not by a dictionary at opening: that is what double-frees.
  context.setOption('application', s.application);
  context.setOption('compression_level', String(s.complexity));
  context.setOption('vbr', s.vbr === 'constrained' ? 'constrained' : s.vbr ? 'on' : 'off');
  context.setOption('fec', s.fec ? '1' : '0');
  context.setOption('packet_loss', String(Math.round(s.packetLossPercent)));
  context.setOption('frame_duration', String(s.frameMs));
  const code = await context.open2(codec, null);
  if (code < 0) {
    context.freeContext();
    throw voxError('OPTION_OUT_OF_RANGE', { what: 'the Opus encoder', given: 'as asked', reason: avReason(code) });
  }
  return context;
}

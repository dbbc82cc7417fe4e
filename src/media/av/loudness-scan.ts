import { LoudnessMeter } from '../dsp/loudness-meter.js';
import { TruePeakMeter } from '../dsp/true-peak.js';
import { linearToDb } from '../format.js';
import { createAudioFrame } from '../frame.js';
import { openAudioFile } from './audio-reader.js';

/** How loud a file is. */
export interface FileLoudness {
  /** Integrated loudness by ITU-R BS.1770-4 in LUFS; −Infinity when nothing in it is above −70 LUFS. Mono counts as two equal channels. */
  readonly integratedLufs: number;
  /** Loudness range by EBU Tech 3342 in LU. */
  readonly rangeLu: number;
  /** The largest peak, also between samples, in dBTP; −Infinity for silence. */
  readonly truePeakDb: number;
  /** How much of the file this is about, in microseconds. */
  readonly scannedUs: number;
}

/** What a scan takes. */
export interface LoudnessScanOptions {
  /** Index of the audio stream in the file; default: the one FFmpeg thinks best. */
  readonly streamIndex?: number;
  /** Stops the scan, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called between slices; the scan goes on when it resolves. Default: at the next turn of the event loop. */
  readonly pause?: () => Promise<void>;
}

/** A scan on its way. */
export interface LoudnessScan {
  /** Resolves with the whole file's loudness. Rejects as `openAudioFile` does, or when aborted. */
  readonly done: Promise<FileLoudness>;
  /** The loudness of what was scanned so far. */
  soFar(): FileLoudness;
}

/** One slice: so much sound, which takes about a millisecond. */
const SLICE_READS = 2;
const READ_SAMPLES = 4800;

/**
 * Measures the loudness of a media file, on this thread but in slices of about a millisecond with a turn of the event loop between
 * them, so that a beat of 20 ms is not late for it. More than a hundred times as fast as the file plays. A damaged file
 * gives the loudness of what can be decoded.
 */
export function startLoudnessScan(path: string, options: LoudnessScanOptions = {}): LoudnessScan {
  const loudness = new LoudnessMeter();
  const peak = new TruePeakMeter();
  let scannedUs = 0;
  const soFar = (): FileLoudness => ({
    integratedLufs: loudness.integratedLufs(),
    rangeLu: loudness.rangeLu(),
    truePeakDb: linearToDb(peak.peak),
    scannedUs,
  });
  const scan = async (): Promise<FileLoudness> => {
    const { streamIndex, signal, pause = nextTurn } = options;
    const reader = await openAudioFile(path, {
      ...(streamIndex === undefined ? {} : { streamIndex }),
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const frame = createAudioFrame(reader.channels, READ_SAMPLES);
      for (let reads = 1; ; reads++) {
        const count = reader.read(frame);
        if (count === 0) return soFar();
        loudness.push(frame.planes, count);
        peak.push(frame.planes, count);
        scannedUs = reader.positionUs;
        if (reads % SLICE_READS !== 0) continue;
        await pause();
        signal?.throwIfAborted();
      }
    } finally {
      reader.close();
    }
  };
  return { done: scan(), soFar };
}

/**
 * Measures the loudness of a media file, in slices between which other work goes on.
 *
 * @throws VoxError as `openAudioFile` does; the signal's reason when aborted.
 */
export function scanLoudness(path: string, options: LoudnessScanOptions = {}): Promise<FileLoudness> {
  return startLoudnessScan(path, options).done;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWav } from '../../support/media-fixtures.js';

/** The pitch of what the fake microphone hears. */
export const VOICE_HZ = 440;
/** Its peak. */
export const VOICE_DB = -6;
const BURST_SAMPLES = 48_000 * 0.7;

/** Writes what the fake microphone hears, over and over: 0.7 s of tone, 0.3 s of silence. */
export function writeVoice(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'vox-voice-'));
  const peak = 10 ** (VOICE_DB / 20);
  const path = writeWav(
    join(folder, 'voice.wav'),
    // 308 whole periods, so that a burst ends without a click.
    (i) => (i < BURST_SAMPLES ? peak * Math.sin((2 * Math.PI * VOICE_HZ * i) / 48_000) : 0),
    48_000,
    { channels: 1 },
  );
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

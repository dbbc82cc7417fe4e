import { expect, it } from 'vitest';
import { loudnessFromTags } from '../../src/media/loudness-tags.js';

it.each([
  [{ replaygain_track_gain: '-7.03 dB' }, -10.97],
  [{ replaygain_track_gain: '+2.5' }, -20.5],
  [{ replaygain_track_gain: ' 0 dB ' }, -18],
  [{ r128_track_gain: '-1792' }, -16],
  [{ r128_track_gain: '256', replaygain_track_gain: '-7 dB' }, -24],
  [{ r128_track_gain: 'loud', replaygain_track_gain: '-7 dB' }, -11],
] as const)('loudnessFromTags reads %j as %d LUFS', (tags, lufs) => {
  expect(loudnessFromTags(tags)).toBeCloseTo(lufs, 9);
});

it.each([
  {},
  { replaygain_track_gain: '' },
  { replaygain_track_gain: 'NaN dB' },
  { replaygain_track_gain: '-7.03 LU' },
  { replaygain_track_gain: '900 dB' },
  { replaygain_track_gain: '1e3' },
  { r128_track_gain: '-7.5' },
  { r128_track_gain: '99999' },
  { replaygain_album_gain: '-7 dB' },
])('loudnessFromTags says nothing about %j', (tags) => {
  expect(loudnessFromTags(tags as Record<string, string>)).toBeUndefined();
});

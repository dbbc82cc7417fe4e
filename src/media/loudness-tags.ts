/** The loudness that a ReplayGain of 0 dB stands for (ReplayGain 2.0 specification: −18 LUFS). */
const REPLAYGAIN_LUFS = -18;
/** The loudness that an R128 gain of 0 stands for (RFC 7845, section 5.2.1: −23 LUFS). */
const R128_LUFS = -23;

/** No recording is louder or quieter; a tag that says so is wrong. */
const LOUDEST_LUFS = 0;
const QUIETEST_LUFS = -60;

/**
 * The loudness of a recording as its tags state it, in LUFS; undefined when they do not, or absurdly. `R128_TRACK_GAIN` is in 1/256 dB
 * (RFC 7845), `REPLAYGAIN_TRACK_GAIN` in dB, such as `-7.03 dB`.
 *
 * @param tags with lower-case names.
 */
export function loudnessFromTags(tags: Readonly<Record<string, string>>): number | undefined {
  const r128 = tags['r128_track_gain']?.trim();
  if (r128 !== undefined && /^[+-]?\d{1,6}$/.test(r128)) return plausible(R128_LUFS - Number(r128) / 256);
  const gain = /^([+-]?\d{1,3}(?:\.\d{1,8})?)\s*(?:dB)?$/i.exec(tags['replaygain_track_gain']?.trim() ?? '');
  return gain ? plausible(REPLAYGAIN_LUFS - Number(gain[1])) : undefined;
}

function plausible(lufs: number): number | undefined {
  return lufs >= QUIETEST_LUFS && lufs <= LOUDEST_LUFS ? lufs : undefined;
}

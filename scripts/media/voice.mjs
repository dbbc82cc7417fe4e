// media/voice.opus: somebody who talks without words, for graphs that want a voice. A glottal pulse through four formants (Klatt 1980).
import { RATE, seeded } from './loop.mjs';

// First four formants in hertz, of a man.
const VOWELS = {
  a: [730, 1090, 2440, 3400],
  e: [530, 1840, 2480, 3500],
  i: [270, 2290, 3010, 3600],
  o: [570, 840, 2410, 3300],
  u: [300, 870, 2240, 3300],
};
const BANDWIDTHS = [70, 90, 120, 180];
const LEVELS = [1, 0.55, 0.25, 0.12];

// A consonant colours the start of its syllable: hiss of a centre frequency, or a hum.
const CONSONANTS = {
  s: { hissHz: 5500, level: 0.16, sec: 0.09 },
  t: { hissHz: 4000, level: 0.2, sec: 0.03 },
  k: { hissHz: 1800, level: 0.22, sec: 0.035 },
  h: { hissHz: 1200, level: 0.07, sec: 0.06 },
  m: { humHz: 250, sec: 0.07 },
  l: { humHz: 360, sec: 0.05 },
  d: { hissHz: 2800, level: 0.12, sec: 0.02 },
};

// Phrases; a question rises at its end. Pauses are long enough for a bed to come back up.
const TALK = [
  { words: 'ha lo  mi do la se', pitchHz: 118, rises: false, pauseSec: 1.6 },
  { words: 'ki ta mo  le da su ti', pitchHz: 126, rises: true, pauseSec: 1.4 },
  { words: 'so  ma li ko te  du sa mi lo', pitchHz: 114, rises: false, pauseSec: 1.8 },
];

const LEAD_SEC = 0.5;
const SYLLABLE_SEC = 0.2;
const WORD_GAP_SEC = 0.09;

/** A two-pole resonator whose frequency may move. */
function resonator() {
  let y1 = 0;
  let y2 = 0;
  return (x, hz, bandwidth) => {
    const r = Math.exp((-Math.PI * bandwidth) / RATE);
    const a = 2 * r * Math.cos((2 * Math.PI * hz) / RATE);
    const y = (1 - r) * x + a * y1 - r * r * y2;
    y2 = y1;
    y1 = y;
    return y;
  };
}

/** When each syllable is said, and where each phrase begins and ends, in seconds. */
export function talkPlan() {
  const syllables = [];
  const phrases = [];
  let at = LEAD_SEC;
  for (const { words, pitchHz, rises, pauseSec } of TALK) {
    const start = at;
    const said = words.split(' ');
    const count = said.filter(Boolean).length;
    let k = 0;
    for (const syllable of said) {
      if (!syllable) {
        at += WORD_GAP_SEC;
        continue;
      }
      const last = ++k === count;
      const sec = SYLLABLE_SEC * (last ? 1.7 : k % 2 ? 1.1 : 0.9);
      const slope = rises ? 0.28 * (k / count) ** 2 : -0.2 * (k / count);
      const accent = k % 3 === 1 ? 0.07 : 0;
      syllables.push({ atSec: at, sec, consonant: syllable[0], vowel: syllable[1], pitchHz: pitchHz * (1.05 + slope + accent) });
      at += sec;
    }
    phrases.push({ startSec: start, endSec: at });
    at += pauseSec;
  }
  return { syllables, phrases, seconds: Math.ceil(at * 50) / 50 };
}

/** Mono samples of the whole talk. */
export function voice() {
  const { syllables, seconds } = talkPlan();
  const out = new Float32Array(Math.round(seconds * RATE));
  const noise = seeded(7);
  const formants = BANDWIDTHS.map(() => resonator());
  const hiss = resonator();
  const current = [...VOWELS.a];
  let pitch = 120;
  let phase = 0;
  let pulse = 0;
  let s = 0;
  for (let i = 0; i < out.length; i++) {
    const t = i / RATE;
    while (s < syllables.length - 1 && t >= syllables[s + 1].atSec) s++;
    const { atSec, sec, consonant, vowel, pitchHz } = syllables[s];
    const start = CONSONANTS[consonant];
    const inside = t - atSec;
    const speaking = inside >= 0 && inside < sec;
    const humming = speaking && start.humHz !== undefined && inside < start.sec;

    // The mouth takes 25 ms to a new shape, the larynx 40 ms to a new pitch.
    const wanted = VOWELS[vowel];
    for (let f = 0; f < 4; f++) current[f] += ((f === 0 && humming ? start.humHz : wanted[f]) - current[f]) / (0.025 * RATE);
    pitch += (pitchHz * (1 + 0.012 * Math.sin(2 * Math.PI * 5 * t)) - pitch) / (0.04 * RATE);

    phase += pitch / RATE;
    if (phase >= 1) phase -= 1;
    // Rosenberg's glottal pulse (1971): opens for 40 % of the period, closes within 16 %.
    const open =
      phase < 0.4 ? 0.5 - 0.5 * Math.cos((Math.PI * phase) / 0.4) : phase < 0.56 ? Math.cos((Math.PI * (phase - 0.4)) / 0.32) : 0;
    const flow = open - pulse;
    pulse = open;

    const voicedFrom = start.hissHz === undefined ? 0 : start.sec;
    const rise = Math.min(1, Math.max(0, (inside - voicedFrom) / 0.03));
    const fall = Math.min(1, Math.max(0, (sec - inside) / 0.05));
    const voiced = speaking ? rise * fall * (humming ? 0.45 : 1) : 0;
    const source = voiced * (flow * 9 + 0.03 * noise());
    let x = 0;
    for (let f = 0; f < 4; f++) x += LEVELS[f] * formants[f](source, current[f], BANDWIDTHS[f]) * (f % 2 ? -1 : 1);

    const hissing = speaking && start.hissHz !== undefined && inside < start.sec + 0.02;
    const burst = hissing ? start.level * Math.min(1, inside / 0.006) * Math.min(1, (start.sec + 0.02 - inside) / 0.02) : 0;
    x += hiss(burst * noise() * 3, start.hissHz ?? 3000, 1800);
    out[i] = x;
  }
  return normalise(out, -20);
}

/** Brings the loud half of a signal to a level and keeps its peaks below full scale. */
function normalise(samples, rmsDb) {
  let squares = 0;
  let count = 0;
  for (const x of samples) {
    if (Math.abs(x) < 1e-4) continue;
    squares += x * x;
    count++;
  }
  const gain = 10 ** (rmsDb / 20) / Math.sqrt(squares / count);
  return samples.map((x) => 0.89 * Math.tanh((gain * x) / 0.89));
}

// The band: each instrument adds one note to a Loop.
import { RATE, hertz, seeded } from './loop.mjs';

const TABLE = 4096;
const softWave = Float64Array.from({ length: TABLE + 1 }, (_, i) => {
  let x = 0;
  for (let n = 1; n <= 7; n++) x += Math.sin((2 * Math.PI * n * i) / TABLE + n * 0.4) / n ** 1.9;
  return x;
});

function look(phase) {
  const at = (phase - Math.floor(phase)) * TABLE;
  const i = Math.floor(at);
  return softWave[i] + (softWave[i + 1] - softWave[i]) * (at - i);
}

/** Swells in `attack` seconds, holds, and dies away within `release`. */
function swell(t, attack, hold, release) {
  if (t < attack) return 0.5 - 0.5 * Math.cos((Math.PI * t) / attack);
  if (t < hold) return 1;
  const x = Math.min(1, (t - hold) / release);
  return 0.5 + 0.5 * Math.cos(Math.PI * x);
}

/** A wide, slow chord voice: two soft waves a few cents apart on either side. */
export function pad(loop, at, note, sec, gain) {
  const f = hertz(note);
  for (const [cents, pan] of [
    [-6, -0.7],
    [6, 0.7],
  ]) {
    const step = (f * 2 ** (cents / 1200)) / RATE;
    loop.add(at, Math.round((sec + 0.9) * RATE), gain, pan, (i) => look(i * step) * swell(i / RATE, 0.5, sec, 0.9));
  }
}

/** An electric piano: two-operator FM whose brightness dies before its tone does (Chowning 1973), and a tine. */
export function keys(loop, at, note, sec, gain, pan = 0) {
  const w = (2 * Math.PI * hertz(note)) / RATE;
  const fall = 1.6 - (note - 50) * 0.015;
  loop.add(at, Math.round((sec + 0.25) * RATE), gain, pan, (i) => {
    const t = i / RATE;
    const env = Math.min(1, t / 0.004) * Math.exp(-t / fall) * swell(t, 0.001, sec, 0.25);
    const tine = 0.09 * Math.exp(-t / 0.06) * Math.sin(14 * w * i);
    return env * (Math.sin(w * i + 1.5 * Math.exp(-t / 0.4) * Math.sin(w * i)) + tine) * (1 + 0.12 * Math.sin(29 * t));
  });
}

/** A plucked, bell-like note for the arpeggio. */
export function pluck(loop, at, note, gain, pan) {
  const w = (2 * Math.PI * hertz(note)) / RATE;
  loop.add(at, Math.round(0.9 * RATE), gain, pan, (i) => {
    const t = i / RATE;
    return Math.min(1, t / 0.003) * Math.exp(-t / 0.22) * Math.sin(w * i + 1.3 * Math.exp(-t / 0.07) * Math.sin(3 * w * i));
  });
}

/** A round bass. */
export function bass(loop, at, note, sec, gain) {
  const w = (2 * Math.PI * hertz(note)) / RATE;
  loop.add(at, Math.round((sec + 0.08) * RATE), gain, 0, (i) => {
    const t = i / RATE;
    const x = Math.sin(w * i) + 0.35 * Math.exp(-t / 0.4) * Math.sin(2 * w * i) + 0.1 * Math.exp(-t / 0.1) * Math.sin(3 * w * i);
    return Math.tanh(1.3 * x) * Math.exp(-t / 2.5) * swell(t, 0.008, sec, 0.08);
  });
}

/** A soft flute with a late vibrato and a little breath. */
export function flute(loop, at, note, sec, gain) {
  const w = (2 * Math.PI * hertz(note)) / RATE;
  const breath = seeded(note * 977 + Math.round(at * 1000));
  let phase = 0;
  let air = 0;
  loop.add(at, Math.round((sec + 0.18) * RATE), gain, 0.15, (i) => {
    const t = i / RATE;
    phase += w * (1 + 0.004 * Math.min(1, t / 0.6) * Math.sin(2 * Math.PI * 5.1 * t));
    air += 0.25 * (breath() - air);
    const tone = Math.sin(phase) + 0.22 * Math.sin(2 * phase) + 0.09 * Math.sin(3 * phase);
    return (tone + 0.05 * air) * swell(t, 0.07, sec, 0.18);
  });
}

/** A soft bass drum. */
export function kick(loop, at, gain) {
  let phase = 0;
  loop.add(at, Math.round(0.35 * RATE), gain, 0, (i) => {
    const t = i / RATE;
    phase += (2 * Math.PI * (47 + 75 * Math.exp(-t / 0.035))) / RATE;
    return Math.sin(phase) * Math.exp(-t / 0.13) * swell(t, 0.002, 0.25, 0.1);
  });
}

/** A brushed snare. */
export function snare(loop, at, gain, seed) {
  const noise = seeded(seed);
  let low = 0;
  let band = 0;
  loop.add(at, Math.round(0.3 * RATE), gain, -0.1, (i) => {
    const t = i / RATE;
    low += 0.55 * (noise() - low);
    band += 0.06 * (low - band);
    return (
      (1.9 * (low - band) * Math.exp(-t / 0.07) + 0.4 * Math.sin(2 * Math.PI * 185 * t) * Math.exp(-t / 0.05)) *
      Math.min(1, t / 0.002)
    );
  });
}

/** A closed hi-hat; `sec` is how fast it dies. */
export function hat(loop, at, gain, pan, seed, sec = 0.03) {
  const noise = seeded(seed);
  let slow = 0;
  let slower = 0;
  loop.add(at, Math.round(sec * 6 * RATE), gain, pan, (i) => {
    const t = i / RATE;
    const x = noise();
    slow += 0.6 * (x - slow);
    const high = x - slow;
    slower += 0.5 * (high - slower);
    return (high - 0.6 * slower) * Math.exp(-t / sec) * Math.min(1, t / 0.001);
  });
}

// media/tune.opus: 32 bars at 96 beats a minute in D major, which begin where they end.
import { Loop, RATE, seeded } from './loop.mjs';
import { bass, flute, hat, keys, kick, pad, pluck, snare } from './instruments.mjs';
import { master, pingPong, reverb } from './effects.mjs';

const BEAT = 60 / 96;
const BAR = 4 * BEAT;
export const TUNE_SECONDS = 32 * BAR;

// One chord a bar: bass note, voicing, notes of the arpeggio.
const CHORDS = [
  { root: 38, notes: [54, 57, 61, 64], arp: [66, 69, 73, 76] }, // D maj9
  { root: 35, notes: [54, 57, 62, 64], arp: [66, 69, 71, 74] }, // B m11
  { root: 43, notes: [57, 59, 62, 66], arp: [67, 71, 74, 78] }, // G maj9
  { root: 45, notes: [55, 59, 62, 64], arp: [67, 71, 74, 76] }, // A 9sus4
  { root: 42, notes: [52, 57, 61, 64], arp: [66, 69, 73, 76] }, // F# m7
  { root: 35, notes: [50, 54, 57, 61], arp: [66, 69, 73, 74] }, // B m9
  { root: 40, notes: [55, 59, 62, 66], arp: [67, 71, 74, 78] }, // E m9
  { root: 45, notes: [55, 57, 61, 64], arp: [67, 69, 73, 76] }, // A 7
];

// Beat, note, length in beats, over eight bars.
const MELODY = [
  [0, 69, 1.5],
  [1.5, 71, 0.5],
  [2, 74, 1.9],
  [4, 73, 1],
  [5, 71, 1],
  [6, 66, 1.9],
  [8.5, 67, 0.5],
  [9, 69, 0.5],
  [9.5, 71, 0.5],
  [10, 74, 1.5],
  [11.5, 76, 0.5],
  [12, 76, 1.5],
  [13.5, 74, 0.5],
  [14, 71, 1.9],
  [16, 73, 1.5],
  [17.5, 71, 0.5],
  [18, 69, 1.9],
  [20, 66, 1],
  [21, 69, 1],
  [22, 71, 1.9],
  [24.5, 71, 0.5],
  [25, 74, 0.5],
  [25.5, 76, 0.5],
  [26, 78, 1.9],
  [28, 76, 1.9],
  [30, 69, 1.8],
];

const ARP_ORDER = [0, 2, 1, 3, 2, 1, 3, 2];

/** Planar stereo samples of the whole loop. */
export function tune() {
  const samples = TUNE_SECONDS * RATE;
  const dry = new Loop(samples);
  const airy = new Loop(samples);
  const bells = new Loop(samples);
  const human = seeded(20);
  // Nobody plays exactly on the beat; six milliseconds either way.
  const loosely = (sec) => sec + TUNE_SECONDS + 0.006 * human();

  for (let bar = 0; bar < 32; bar++) {
    const part = Math.floor(bar / 8);
    const chord = CHORDS[bar % 8];
    const at = bar * BAR;
    const last = bar % 8 === 7;

    for (const note of chord.notes) pad(airy, at, note, BAR - 0.1, 0.05);
    chord.notes.forEach((note, i) => {
      const pan = -0.3 + i * 0.2;
      keys(dry, loosely(at + i * 0.012), note, 1.4 * BEAT, 0.1, pan);
      keys(dry, loosely(at + 2.5 * BEAT + i * 0.006), note, 1.3 * BEAT, 0.075, pan);
    });

    if (part === 0 && bar < 4) bass(dry, at, chord.root, 3.6 * BEAT, 0.26);
    else {
      bass(dry, at, chord.root, 1.4 * BEAT, 0.28);
      bass(dry, at + 1.5 * BEAT, chord.root + (bar % 2 ? 12 : 7), 0.45 * BEAT, 0.18);
      bass(dry, at + 2.5 * BEAT, chord.root, 1.2 * BEAT, 0.24);
    }

    for (let eighth = 0; eighth < 8; eighth++) {
      // Every second bar of the quiet parts leaves room.
      if ((part === 0 || part === 2) && bar % 2 === 1 && eighth > 4) continue;
      const note = chord.arp[ARP_ORDER[eighth]];
      pluck(bells, loosely(at + (eighth * BEAT) / 2), note, 0.095 + 0.02 * human(), eighth % 2 ? 0.4 : -0.4);
    }

    if (part > 0 || bar >= 4) {
      for (let eighth = 0; eighth < 8; eighth++) {
        const swing = eighth % 2 ? 0.03 : 0;
        const open = last && eighth === 7;
        hat(
          dry,
          loosely(at + (eighth * BEAT) / 2 + swing),
          eighth % 2 ? 0.16 : 0.095,
          0.3,
          bar * 8 + eighth + 1,
          open ? 0.12 : 0.028,
        );
      }
    }
    if (part > 0) {
      kick(dry, at, 0.5);
      kick(dry, at + 2.5 * BEAT, 0.42);
      if (bar % 2) kick(dry, at + 1.75 * BEAT + 0.02, 0.28);
      // The last bar of the last part lets the first bar come back out of the quiet.
      if (!(part === 3 && last)) {
        snare(dry, loosely(at + BEAT), 0.17, bar * 2 + 1001);
        snare(dry, loosely(at + 3 * BEAT), 0.19, bar * 2 + 1002);
      }
    }
    if (bar === 15 || bar === 23) snare(dry, at + 3.75 * BEAT, 0.1, bar + 2001);
  }

  for (const [beat, note, length] of MELODY) {
    flute(airy, (16 * 4 + beat) * BEAT, note, length * BEAT, 0.1);
    // The second time only the answer is played, an octave up and further away.
    if (beat >= 16) flute(airy, (24 * 4 + beat - 16) * BEAT, note + (beat < 24 ? 0 : -12), length * BEAT, 0.075);
  }

  const echoes = pingPong(bells, { delaySec: 0.75 * BEAT, feedback: 0.45 });
  const room = new Loop(samples);
  room.mix(airy, 1);
  room.mix(bells, 0.7);
  room.mix(echoes, 0.5);
  room.mix(dry, 0.16);
  const mixed = new Loop(samples);
  mixed.mix(dry, 1);
  mixed.mix(airy, 0.9);
  mixed.mix(bells, 1);
  mixed.mix(echoes, 0.6);
  mixed.mix(reverb(room), 0.55);
  return master(mixed, { rmsDb: -18 }).planes;
}

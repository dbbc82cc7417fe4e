// Reverb, ping-pong echo and the last touch, over a circular buffer.
import { Loop, RATE } from './loop.mjs';

/** A hall: a feedback delay network of eight lines with a Hadamard matrix and a low-pass in each (Jot 1991). Gives the wet sound only. */
export function reverb(loop, { seconds = 2.2, dampingHz = 4500 } = {}) {
  const lengths = [1427, 1637, 1871, 2053, 2297, 2551, 2861, 3109];
  const lines = lengths.map((n) => new Float32Array(n));
  const positions = lengths.map(() => 0);
  const gains = lengths.map((n) => 10 ** ((-3 * n) / (seconds * RATE)));
  const damping = Math.exp((-2 * Math.PI * dampingHz) / RATE);
  const low = new Float64Array(8);
  const y = new Float64Array(8);
  return loop.process((left, right, out) => {
    for (let k = 0; k < 8; k++) {
      low[k] = (1 - damping) * lines[k][positions[k]] + damping * low[k];
      y[k] = low[k] * gains[k];
    }
    out[0] = y[0] + y[2] + y[4] - y[6];
    out[1] = y[1] - y[3] + y[5] + y[7];
    for (let half = 1; half < 8; half *= 2) {
      for (let k = 0; k < 8; k++) {
        if (k & half) continue;
        const a = y[k];
        const b = y[k + half];
        y[k] = a + b;
        y[k + half] = a - b;
      }
    }
    for (let k = 0; k < 8; k++) {
      lines[k][positions[k]] = y[k] * Math.SQRT1_2 * 0.5 + (k % 2 ? right : left) * 0.35;
      if (++positions[k] === lengths[k]) positions[k] = 0;
    }
  });
}

/** Repeats that go from side to side and lose treble. Gives the wet sound only. */
export function pingPong(loop, { delaySec, feedback, dampingHz = 3500 }) {
  const n = Math.round(delaySec * RATE);
  const lines = [new Float32Array(n), new Float32Array(n)];
  const damping = Math.exp((-2 * Math.PI * dampingHz) / RATE);
  let at = 0;
  let lowLeft = 0;
  let lowRight = 0;
  return loop.process((left, right, out) => {
    lowLeft = (1 - damping) * lines[0][at] + damping * lowLeft;
    lowRight = (1 - damping) * lines[1][at] + damping * lowRight;
    out[0] = lowLeft;
    out[1] = lowRight;
    lines[0][at] = (left + right) * 0.5 + feedback * lowRight;
    lines[1][at] = feedback * lowLeft;
    if (++at === n) at = 0;
  });
}

/** Takes away what nobody hears below `cutHz`, brings the loop to `rmsDb` and bends what is still too loud. */
export function master(loop, { cutHz = 30, rmsDb = -18, ceiling = 0.89 }) {
  const keep = Math.exp((-2 * Math.PI * cutHz) / RATE);
  let lastLeft = 0;
  let lastRight = 0;
  const out = [0, 0];
  const high = loop.process((left, right, to) => {
    to[0] = out[0] = keep * (out[0] + left - lastLeft);
    to[1] = out[1] = keep * (out[1] + right - lastRight);
    lastLeft = left;
    lastRight = right;
  });
  let squares = 0;
  for (const plane of high.planes) for (const x of plane) squares += x * x;
  const gain = 10 ** (rmsDb / 20) / Math.sqrt(squares / (2 * high.length));
  const result = new Loop(loop.length);
  for (let c = 0; c < 2; c++) {
    for (let i = 0; i < loop.length; i++) result.planes[c][i] = ceiling * Math.tanh((gain * high.planes[c][i]) / ceiling);
  }
  return result;
}

/** What the delay of packets says about the link. */
export type LinkUse = 'normal' | 'overuse' | 'underuse';

/** Packets that were sent within so long of each other are one group, in microseconds. */
const GROUP_US = 5_000;
/** Groups the trend is computed over. */
const WINDOW = 20;
const SMOOTHING = 0.9;
const GAIN = 4;
const MOST_DELTAS = 60;
const OVERUSE_AFTER_US = 10_000;
const THRESHOLD_UP = 0.0087;
const THRESHOLD_DOWN = 0.039;
const THRESHOLD_MS = 12.5;
const [LEAST_THRESHOLD_MS, MOST_THRESHOLD_MS] = [6, 600];
/** A group whose delay jumped by more is of another path, in microseconds. */
const JUMP_US = 3_000_000;

interface Group {
  firstSentUs: number;
  sentUs: number;
  arrivalUs: number;
}

/**
 * Finds a queue that builds up in the network, by how much later groups of packets come than they were sent: the least-squares slope of
 * the smoothed delay, compared with a threshold that adapts. The arrival-time filter and over-use detector of draft-ietf-rmcat-gcc-02, 5.2
 * to 5.4, with a trend line in the place of the Kalman filter, as libwebrtc has had it since 2016.
 */
export class DelayTrend {
  #group: Group | undefined;
  #previous: Group | undefined;
  readonly #points: { readonly x: number; readonly y: number }[] = [];
  #deltas = 0;
  #delayMs = 0;
  #smoothMs = 0;
  #firstArrivalUs: number | undefined;
  #thresholdMs = THRESHOLD_MS;
  #thresholdAtUs = 0;
  #lastTrend = 0;
  #overusingUs = 0;
  #overuses = 0;
  #use: LinkUse = 'normal';

  /** What is known now. */
  get use(): LinkUse {
    return this.#use;
  }

  /** Takes a packet that came, in the order of sending; both times in microseconds, on clocks of their own. */
  arrived(sentUs: number, arrivalUs: number): void {
    const group = this.#group;
    if (!group) {
      this.#group = { firstSentUs: sentUs, sentUs, arrivalUs };
      return;
    }
    if (sentUs < group.firstSentUs) return;
    const burst = arrivalUs - group.arrivalUs <= GROUP_US && arrivalUs - group.arrivalUs < sentUs - group.sentUs;
    if (sentUs - group.firstSentUs <= GROUP_US || burst) {
      group.sentUs = Math.max(group.sentUs, sentUs);
      group.arrivalUs = Math.max(group.arrivalUs, arrivalUs);
      return;
    }
    if (this.#previous) this.#compare(this.#previous, group);
    this.#previous = group;
    this.#group = { firstSentUs: sentUs, sentUs, arrivalUs };
  }

  #compare(before: Group, now: Group): void {
    const sentUs = now.sentUs - before.sentUs;
    const deltaUs = now.arrivalUs - before.arrivalUs - sentUs;
    if (Math.abs(deltaUs) > JUMP_US) return this.#reset();
    this.#firstArrivalUs ??= now.arrivalUs;
    this.#deltas = Math.min(this.#deltas + 1, 1000);
    this.#delayMs += deltaUs / 1000;
    this.#smoothMs = SMOOTHING * this.#smoothMs + (1 - SMOOTHING) * this.#delayMs;
    this.#points.push({ x: (now.arrivalUs - this.#firstArrivalUs) / 1000, y: this.#smoothMs });
    if (this.#points.length > WINDOW) this.#points.shift();
    const slope = this.#points.length === WINDOW ? slopeOf(this.#points) : 0;
    this.#detect(slope, sentUs, now.arrivalUs);
  }

  #detect(slope: number, sentUs: number, nowUs: number): void {
    const trendMs = Math.min(this.#deltas, MOST_DELTAS) * slope * GAIN;
    if (trendMs > this.#thresholdMs) {
      this.#overusingUs += this.#overuses === 0 ? sentUs / 2 : sentUs;
      this.#overuses++;
      // A queue that is getting shorter already needs nobody's help.
      if (this.#overusingUs > OVERUSE_AFTER_US && this.#overuses > 1 && slope >= this.#lastTrend) {
        this.#overusingUs = 0;
        this.#overuses = 0;
        this.#use = 'overuse';
      }
    } else {
      this.#overusingUs = 0;
      this.#overuses = 0;
      this.#use = trendMs < -this.#thresholdMs ? 'underuse' : 'normal';
    }
    this.#lastTrend = slope;
    this.#adapt(Math.abs(trendMs), nowUs);
  }

  /** Who competes with flows that fill queues would starve with a threshold that stays (5.4). */
  #adapt(trendMs: number, nowUs: number): void {
    const passedMs = this.#thresholdAtUs === 0 ? 0 : Math.min(100, (nowUs - this.#thresholdAtUs) / 1000);
    this.#thresholdAtUs = nowUs;
    // A spike of the path is no competition.
    if (trendMs > this.#thresholdMs + 15) return;
    const gain = trendMs < this.#thresholdMs ? THRESHOLD_DOWN : THRESHOLD_UP;
    const next = this.#thresholdMs + gain * (trendMs - this.#thresholdMs) * passedMs;
    this.#thresholdMs = Math.max(LEAST_THRESHOLD_MS, Math.min(MOST_THRESHOLD_MS, next));
  }

  #reset(): void {
    this.#points.length = 0;
    this.#deltas = 0;
    this.#delayMs = 0;
    this.#smoothMs = 0;
    this.#firstArrivalUs = undefined;
    this.#use = 'normal';
  }
}

/** Least-squares slope of points. */
function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  let sumX = 0;
  let sumY = 0;
  for (const { x, y } of points) {
    sumX += x;
    sumY += y;
  }
  const [meanX, meanY] = [sumX / points.length, sumY / points.length];
  let above = 0;
  let below = 0;
  for (const { x, y } of points) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return below === 0 ? 0 : above / below;
}

import { FRAME_US } from '../../media/format.js';

/** Speeds that a file may be played at; whatever else two positions make is a jump. */
const [SLOWEST, FASTEST] = [0.05, 20];

/** Where in its file a player is: marked with each of its frames of sound, asked for the times of pictures in between. */
export class PlaybackClock {
  /** What plays; undefined: nothing yet, or no more. */
  src: string | undefined;
  #ptsUs = 0;
  #positionUs = 0;
  #rate = 1;
  #running = false;

  /** A frame of sound begins. @param positionUs where in the file; undefined: nothing of the file is heard, such as in a pause. */
  mark(ptsUs: number, src: string | undefined, positionUs: number | undefined): void {
    this.src = src;
    if (positionUs === undefined) {
      if (this.#running) this.#positionUs += this.#rate * FRAME_US;
      this.#running = false;
    } else {
      const rate = (positionUs - this.#positionUs) / (ptsUs - this.#ptsUs);
      if (this.#running && ptsUs - this.#ptsUs === FRAME_US && rate > SLOWEST && rate < FASTEST) this.#rate = rate;
      this.#positionUs = positionUs;
      this.#running = true;
    }
    this.#ptsUs = ptsUs;
  }

  /** Where in the file a moment is, in microseconds. */
  positionAt(ptsUs: number): number {
    return this.#running ? this.#positionUs + (ptsUs - this.#ptsUs) * this.#rate : this.#positionUs;
  }
}

// Keeps the frames of one group in one gap-free order across connections.
import type { Event, Gap, OrderUpdate, Resumed } from "./frames.js";

type Tell = (gap: Gap) => void;

export class Sequence {
  #received?: number;
  #asked?: number;
  #doubted?: number;

  constructor(resumeFrom?: number) {
    this.#received = resumeFrom;
  }

  /** What the next connection has to begin after; undefined at the first. */
  ask(): number | undefined {
    return (this.#asked = this.#received);
  }

  /** Takes the server's position where none is known yet; false if there still is none. */
  begin(position?: number): boolean {
    return (this.#received ??= position) !== undefined;
  }

  /** False for what was received before. A hole before the frame is asked for once, by leaving the connection; if it stays, the author is told. */
  isNext({ seq, prev_seq }: Event | OrderUpdate, full: boolean, tell: Tell): boolean {
    const last = this.#received;
    if (seq === undefined) return true;
    if (last !== undefined) {
      if (seq <= last) return false;
      if (full) throw new Error("the queue is full"); // the server's history is the rest of it
      if (prev_seq !== undefined && prev_seq > last) {
        if (this.#doubted !== last) {
          this.#doubted = last;
          throw new Error(`hole between ${last} and ${seq}`);
        }
        tell({ frame: "gap", after: last, first_seq: seq, last_seq: seq });
      }
    }
    this.#received = seq;
    return true;
  }

  /** How the server took up our resume_from. What it still holds is asked for; what it does not is told. */
  resumed({ recovered, first_seq, last_seq }: Resumed, tell: Tell): void {
    if (recovered) {
      this.begin(last_seq);
      return;
    }
    tell({ frame: "gap", after: this.#asked, first_seq, last_seq });
    this.#received = last_seq;
    if (first_seq && first_seq - 1 !== this.#asked && (last_seq === undefined || first_seq <= last_seq)) {
      this.#received = first_seq - 1;
      throw new Error("asks for what is still held");
    }
  }
}

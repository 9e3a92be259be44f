// Two mappings: the laptop's corrected time ↔ performance.now(), and performance.now() ↔ the audio clock.
const KEPT = 10, OLDEST_MS = 60e3;

export class ServerClock {
  #samples = [];
  rate = 1;

  // An answer that said `now` came back to a question asked at `before` and answered at `after`.
  take(before, after, now, rate) {
    const sample = { middle: (before + after) / 2, trip: after - before, now, taken: after };
    const best = this.#best();
    // Farther off than both trips explain: the laptop's clock was set or its machine slept, and older samples are wrong.
    if (rate !== this.rate || (best && Math.abs(now - this.at(sample.middle)) > rate * ((sample.trip + best.trip) / 2 + 5))) this.#samples = [];
    this.rate = rate;
    this.#samples = [...this.#samples, sample].slice(-KEPT).filter((one) => after - one.taken <= OLDEST_MS);
  }
  get known() { return this.#samples.length > 0; }
  at(moment) { const best = this.#best(); return best.now + (moment - best.middle) * this.rate; }
  moment(corrected) { const best = this.#best(); return best.middle + (corrected - best.now) / this.rate; }
  #best() { return this.#samples.reduce((best, one) => (best && best.trip <= one.trip ? best : one), null); }
}

export class AudioClock {
  #offsets = [];
  #strays = 0;
  #kind = "";

  constructor(context) { this.context = context; }

  // One look at both clocks; called at every pulse, so that drift between sound card and system is followed.
  sample() {
    const now = performance.now(), current = this.context.currentTime, stamp = this.context.getOutputTimestamp?.();
    const sane = stamp && stamp.contextTime > 0 && stamp.contextTime <= current + 0.05 && Math.abs(now - stamp.performanceTime) < 1000;
    const offset = sane ? stamp.performanceTime - stamp.contextTime * 1000 : now - current * 1000 + (this.context.outputLatency || 0) * 1000;
    const kind = sane ? "stamp" : "current";
    const off = this.#offsets.length ? Math.abs(offset - this.offset) : 0;
    this.#strays = off > 15 ? this.#strays + 1 : 0;
    // A single odd reading is left to the median; a lasting one means that the sound stood still for a moment.
    if (kind !== this.#kind || this.#strays >= 2) { this.#offsets = []; this.#strays = 0; }
    this.#kind = kind;
    this.#offsets = [...this.#offsets, offset].slice(-15);
  }
  get known() { return this.#offsets.length > 0; }
  get offset() { const sorted = [...this.#offsets].sort((a, b) => a - b); return sorted[Math.floor(sorted.length / 2)]; }
  time(moment) { return (moment - this.offset) / 1000; }
  moment(time) { return time * 1000 + this.offset; }
}

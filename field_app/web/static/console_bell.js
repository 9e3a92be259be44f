// The bells: what the laptop's score says of each kind of signal, begun at its moment on the audio clock.
import { AudioClock } from "./console_clock.js";

const AHEAD_S = 180, SETTLED_S = 1.5, OFF_S = .005, CLOSE_S = .3, SLIPPED_S = .012, ASTRAY_S = .25, SHUT = ["given", "confirmed", "skipped", "missed", "elsewhere"];

// Puts a bell on the audio clock, as the laptop's score has it; returns when it begins and ends, and how to take it off.
export function strike(context, output, { partials, bells }, kind, begins) {
  const voices = [], tones = bells[kind];
  for (const { from, until, pitch, swell } of tones) {
    const envelope = context.createGain();
    envelope.connect(output);
    envelope.gain.setValueAtTime(0, begins + from);
    for (const [at, loudness, fading] of swell.slice(1)) envelope.gain[fading ? "exponentialRampToValueAtTime" : "linearRampToValueAtTime"](loudness, begins + at);
    for (const [times, share] of partials) {
      const voice = context.createOscillator(), part = context.createGain();
      voice.frequency.value = pitch * times; part.gain.value = share;
      voice.connect(part).connect(envelope);
      voice.start(begins + from); voice.stop(begins + until);
      voices.push(voice);
    }
  }
  return { begins, ends: begins + Math.max(...tones.map(({ until }) => until)), off: () => voices.forEach((voice) => { voice.stop(); voice.disconnect(); }) };
}

export class Ringer {
  #bells = new Map();
  #reading = { time: 0, moment: 0 };

  // `score` is how each kind sounds; `sounded` remembers ids across reloads; `begun(signal, moment, bell)` hears of every bell that has begun.
  constructor(score, clock, sounded, begun) { Object.assign(this, { score, clock, sounded, begun, context: null, output: null }); }

  // Only a click or a key may do this: browsers keep pages silent until then.
  async open(volume) {
    if (!this.context) {
      this.context = new AudioContext({ latencyHint: "interactive" });
      this.output = this.context.createGain();
      this.output.connect(this.context.destination);
      this.audio = new AudioClock(this.context);
    }
    this.loudness(volume);
    this.#reading.moment = performance.now();
    await this.context.resume();
  }
  loudness(volume) { if (this.output) this.output.gain.value = volume; }
  // A sound card that was pulled out leaves a context that says it runs and stands still.
  get running() { return this.context?.state === "running" && performance.now() - this.#reading.moment < 1500; }
  get armed() { return [...this.#bells.keys()]; }
  has(id) { return this.#bells.has(id); }
  try() { return strike(this.context, this.output, this.score, "prepare", this.context.currentTime + .05); }

  // Rings a signal by hand, now.
  now(signal) { if (this.running && this.audio.known && this.clock.known && !this.sounded.has(signal)) this.#set(signal, this.context.currentTime + .05, true); }

  // At every pulse: hear which bells have begun, then bring what is on the audio clock in line with what is due.
  pulse(signals, mayRing) {
    if (!this.context || !this.clock.known) return;
    const current = this.context.currentTime;
    if (current !== this.#reading.time) this.#reading = { time: current, moment: performance.now() };
    if (this.running) this.audio.sample();
    for (const [id, { signal, bell }] of this.#bells) {
      // Heard only when the loudspeaker has it, a little after the audio clock: a report must not come before its bell.
      if (bell.begins > current || (this.running && this.audio.moment(bell.begins) > performance.now())) continue;
      this.#bells.delete(id);
      this.begun(signal, this.audio.moment(bell.begins), bell);
    }
    if (!this.running || !mayRing) return this.#clear();
    const wanted = new Map(signals.filter((one) => one.due !== null && one.given === null && !SHUT.includes(one.state) && !this.sounded.has(one)).map((one) => [one.id, one]));
    for (const [id, { bell, byHand }] of this.#bells) if (!wanted.has(id) && !byHand && bell.begins > current) this.#drop(id, bell);
    for (const signal of wanted.values()) this.#align(signal, this.audio.time(this.clock.moment(signal.due)), current);
  }
  #align(signal, wanted, current) {
    const set = this.#bells.get(signal.id);
    if (set) {
      if (set.byHand || set.bell.begins <= current) return;
      const off = Math.abs(wanted - set.bell.begins);
      const left = Math.min(set.bell.begins, wanted) - current;
      // Near its time a bell is moved only for what matters: a sound card that stood still, or a clock that was set.
      if (off <= (left > SETTLED_S ? OFF_S : left > CLOSE_S ? SLIPPED_S : ASTRAY_S)) return;
      this.#drop(signal.id, set.bell);
    }
    if (wanted > current + .005 && wanted <= current + AHEAD_S) this.#set(signal, wanted); // what is past already stays silent
  }
  #set(signal, begins, byHand = false) {
    this.#bells.set(signal.id, { signal, byHand, bell: strike(this.context, this.output, this.score, signal.kind, begins) });
  }
  #drop(id, bell) { bell.off(); this.#bells.delete(id); }
  #clear() { for (const [id, { bell }] of this.#bells) this.#drop(id, bell); }
}

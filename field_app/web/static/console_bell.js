// The bells: how each kind of signal sounds, and when each bell begins on the audio clock.
import { AudioClock } from "./console_clock.js";

// Each row: begins after (s), lasts (s), pitch (Hz), loudness, strikes a second (0: struck once and left to fade).
const CHIME = [[0, 1.3, 784, .45, 0], [.5, 1.8, 622, .45, 0]], BURSTS = [0, .8, 1.6].map((begin) => [begin, .5, 988, .4, 16]);
export const BELLS = {
  check_in_open: CHIME, prepare: CHIME,
  start: [[0, 4, 1047, .4, 16]],
  reminder: [[0, .9, 1319, .3, 0]],
  end: BURSTS, check_in_close: BURSTS,
  seal_end: [[0, 1.2, 294, .45, 0], [.7, 1.6, 220, .45, 0]],
};
const AHEAD_S = 180, SETTLED_S = 1.5, OFF_S = .005, CLOSE_S = .3, SLIPPED_S = .012, ASTRAY_S = .25, SHUT = ["given", "confirmed", "skipped", "missed"];

// Puts a bell on the audio clock; returns when it begins and ends, and how to take it off again.
export function strike(context, output, kind, begins) {
  const rows = BELLS[kind] || CHIME, voices = [];
  for (const [after, lasts, pitch, loudness, strikes] of rows) {
    const from = begins + after, until = from + lasts, envelope = context.createGain(), beat = strikes ? 1 / strikes : lasts;
    envelope.gain.setValueAtTime(0, from);
    for (let at = from; at < until - beat / 2; at += beat) {
      envelope.gain.linearRampToValueAtTime(loudness, at + .003);
      envelope.gain.exponentialRampToValueAtTime(strikes ? loudness / 4 : .001, Math.min(at + beat, until) - .001);
    }
    envelope.gain.linearRampToValueAtTime(0, until);
    envelope.connect(output);
    for (const [times, share] of [[1, .7], [2.01, .2], [2.76, .1]]) { // the partials of struck metal
      const voice = context.createOscillator(), part = context.createGain();
      voice.frequency.value = pitch * times; part.gain.value = share;
      voice.connect(part).connect(envelope);
      voice.start(from); voice.stop(until);
      voices.push(voice);
    }
  }
  const ends = begins + Math.max(...rows.map(([after, lasts]) => after + lasts));
  return { begins, ends, off: () => voices.forEach((voice) => { voice.stop(); voice.disconnect(); }) };
}

export class Ringer {
  #bells = new Map();
  #reading = { time: 0, moment: 0 };

  // `sounded` remembers ids across reloads; `begun(signal, moment, bell)` hears of every bell that has begun.
  constructor(clock, sounded, begun) { Object.assign(this, { clock, sounded, begun, context: null, output: null }); }

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
  try() { return strike(this.context, this.output, "prepare", this.context.currentTime + .05); }

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
    this.#bells.set(signal.id, { signal, byHand, bell: strike(this.context, this.output, signal.kind, begins) });
  }
  #drop(id, bell) { bell.off(); this.#bells.delete(id); }
  #clear() { for (const [id, { bell }] of this.#bells) this.#drop(id, bell); }
}

// The timekeeper's console: shows the laptop's corrected time, rings each signal by itself, and says that it rang.
import { ServerClock } from "./console_clock.js";
import { Ringer } from "./console_bell.js";

const page = document.getElementById("console"), words = JSON.parse(page.dataset.words), log = page.dataset.log;
const node = (id) => document.getElementById(id);
const say = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words[key]);
const put = (id, text) => { if (node(id).textContent !== text) node(id).textContent = text; };
const hms = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(11, 19), hm = (ms) => hms(ms).slice(0, 5);
const exact = page.dataset.stop ? hms : hm; // the signals of a drill are due between two minutes
const span = (ms) => { // minutes and seconds to go; the second begins when the clock's does
  const s = Math.ceil(Math.abs(ms) / 1000), two = (n) => String(n).padStart(2, "0");
  return `${s >= 3600 ? `${Math.floor(s / 3600)}:` : ""}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};
// What must outlive a reload, a crash and a closed window, for this log only: bells sounded, and those not reported yet.
const keep = (name, first) => {
  const key = `testday.console.${name}.${log}`;
  return { get: () => { try { return JSON.parse(localStorage.getItem(key)) || first; } catch { return first; } }, set: (value) => localStorage.setItem(key, JSON.stringify(value)) };
};
const sounded = keep("sounded", []), unreported = keep("unreported", []);

let told = null, heard = 0, holder = false, tried = "", later = [], busy = false, left = false;
const clock = new ServerClock();
const now = () => clock.at(performance.now());
const ringer = new Ringer(JSON.parse(page.dataset.score), clock, { has: (signal) => sounded.get().includes(signal.id) }, (signal, moment, bell) => {
  sounded.set([...new Set([...sounded.get(), signal.id])]);
  unreported.set([...unreported.get(), { signal: signal.id, at: Math.round(clock.at(moment)) }]);
  if (page.dataset.speaks === "zh") later.push({ after: bell.ends, text: signal.script });
  report();
});
window.testday = { console: ringer };

// One window rings. A lock also keeps the browser from putting a hidden page to sleep.
navigator.locks.request(`testday-console-${log}`, () => { holder = true; return new Promise(() => {}); });

// --- The laptop ---------------------------------------------------------------------------------------------------
// Whoever waits for more than four seconds is let go by the worker's pulse; a hidden page's own timers come late.
const asked = new Map();
const ask = async (address, fields) => {
  const leave = new AbortController(), body = fields && new URLSearchParams(fields);
  asked.set(leave, performance.now() + 4000);
  try {
    return await fetch(address, { method: body ? "POST" : "GET", headers: { Accept: "application/json" }, body, signal: leave.signal, cache: "no-store" });
  } finally { asked.delete(leave); }
};
const once = (work) => { let running = false; return async () => { if (running) return; running = true; try { await work(); } catch { /* asked again at the next pulse */ } finally { running = false; } }; };
const poll = once(async () => {
  const before = performance.now(), answer = await ask(page.dataset.now);
  if (!answer.ok || answer.redirected) return;
  const body = await answer.text(), after = performance.now();
  told = JSON.parse(body);
  clock.take(before, after, told.now, told.rate);
  heard = performance.now();
  pulse();
  if (told.over && !left && !unreported.get().length) { left = true; location.assign(told.over); } // a drill's end: its bells are off, its record is whole
});
const beat = once(async () => {
  if (!holder) return; // the window that rings speaks for both
  // A bell that has begun stays armed until its report is in: nobody else may ring it meanwhile.
  const ids = ringer.running ? new Set([...ringer.armed, ...unreported.get().map((one) => one.signal)]) : [];
  await ask(page.dataset.armed, { signals: [...ids].join(",") });
});
const report = once(async () => {
  for (let first; (first = unreported.get()[0]);) {
    const { status } = await ask(page.dataset.rung, first);
    if (status >= 300 && ![404, 422].includes(status)) return; // asked again at the next pulse
    unreported.set(unreported.get().slice(1)); // recorded, or refused for a reason that asking again cannot mend
  }
  poll();
});
const send = async (address, fields) => {
  const body = { request_id: Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join(""), ...fields }; // the same id at every try: it records once
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await ask(address, body), content = await answer.json();
      return answer.ok ? content : Promise.reject(Object.assign(new Error(page.dataset.speaks === "zh" ? content.zh : content.en), { code: content.code, refused: true }));
    } catch (problem) {
      if (problem.refused) throw problem;
      if (attempt >= 5) throw new Error(words.unanswered);
      await new Promise((wake) => setTimeout(wake, 300 * 2 ** attempt));
    }
  }
};

// --- What people press ----------------------------------------------------------------------------------------------
const current = () => told?.signals.find((one) => one.id === told.next);
const act = async (address, fields) => {
  if (busy) return;
  busy = true; put("said", "");
  try { await send(address, fields); } catch (problem) {
    if (problem.code === "sign_in_first") askWho(() => act(address, fields)); else put("said", `✕ ${problem.message}`);
  } finally { busy = false; poll(); }
};
const who = node("who"), form = who.querySelector("form");
let afterwards = null;
const askWho = (next) => {
  afterwards = next;
  const before = localStorage.getItem("testday.console.who");
  form.elements.person.replaceChildren(...told.hands.map(([value, label]) => new Option(label, value, false, value === (before || told.hands.find(([one]) => one.endsWith(".timekeeper"))?.[0]))));
  form.elements.pin.value = ""; form.querySelector("[role=alert]").textContent = "";
  if (!who.open) who.showModal();
  form.elements.pin.focus();
};
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const person = form.elements.person.value;
  try {
    await send(page.dataset.switch, { person, pin: form.elements.pin.value });
    localStorage.setItem("testday.console.who", person);
    who.close(); afterwards();
  } catch (problem) { form.querySelector("[role=alert]").textContent = `✕ ${problem.message}`; form.elements.pin.select(); }
});
who.querySelector("[data-close]").addEventListener("click", () => who.close());
node("confirm").addEventListener("click", () => { const signal = current(); if (signal) act(page.dataset.confirm, { signal: signal.id }); });
node("spoken").addEventListener("click", () => { const signal = current(); if (signal) act(page.dataset.give, { signal: signal.id, channel: "voice" }); });
node("ring").addEventListener("click", () => { const signal = current(); if (signal && holder) ringer.now(signal); });
node("stop")?.addEventListener("click", () => act(page.dataset.stop, {}));
node("actor").addEventListener("click", () => send(page.dataset.leave, {}).then(poll, poll));

const volume = node("volume");
volume.value = localStorage.getItem("testday.console.volume") || 80;
const loudness = () => (volume.value / 100) ** 2; // ears hear ratios
volume.addEventListener("input", () => { localStorage.setItem("testday.console.volume", volume.value); ringer.loudness(loudness()); });
volume.addEventListener("change", () => { if (ringer.running) ringer.try(); });
const open = async () => { if (!ringer.running) { await ringer.open(loudness()); ringer.context.onstatechange = pulse; pulse(); } };
node("sound").addEventListener("click", async () => { await open(); ringer.try(); tried = told ? hm(now()) : "✓"; pulse(); });
// After a reload any key or click opens the sound again: nobody should have to remember.
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, (event) => { if (event.key !== "Escape") open(); }, { capture: true });

// A button that was clicked lets go of the keyboard: Enter must mean "confirm", not "sound the trial again".
page.addEventListener("click", (event) => { if (event.detail) event.target.closest("button,input")?.blur(); });

const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {});
node("full").addEventListener("click", full);
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || who.open || event.target.closest("input,select,a,button:not(#confirm)") && event.key === "Enter") return;
  if (event.key === "Enter" && !node("confirm").hidden) { event.preventDefault(); node("confirm").click(); }
  if (event.key.toLowerCase() === "f") full();
});
addEventListener("beforeunload", (event) => { if (holder && ringer.armed.length) event.preventDefault(); });

let awake = true;
const stayAwake = async () => { try { if (!document.hidden) await navigator.wakeLock.request("screen"); awake = true; } catch { awake = false; } };
document.addEventListener("visibilitychange", stayAwake);
stayAwake();

// --- What is shown --------------------------------------------------------------------------------------------------
const showSound = () => {
  const state = !told.rings ? "away" : !ringer.context ? "shut" : !ringer.running ? "stopped" : !holder ? "elsewhere" : tried ? "tried" : "unheard";
  put("sound", say(state, { time: tried }));
  node("sound").className = { tried: "fine", away: "away" }[state] || "";
  node("sound").disabled = state === "away"; node("stay").hidden = state === "away";
  const lost = heard && performance.now() - heard > 5000;
  put("notes", lost ? words.lost : awake || !told.rings ? "" : words.awake);
  put("checked", told.checked === null ? words.unchecked : say("checked", { s: (told.checked / 1000).toFixed(1) }));
  node("checked").className = told.checked === null ? "warn" : "quiet";
  node("actor").hidden = !told.actor;
  put("actor", say("leave", { who: told.actor }));
};
const standing = (signal, at, rang) => {
  if (signal.given !== null) return say(rang ? "rang" : "given", { time: hms(signal.given) });
  if (rang) return words.recording;
  if (signal.due === null) return "";
  if (signal.state === "elsewhere") return words.away;
  if (at > signal.due + 500 * clock.rate) return words.silent;
  return ringer.has(signal.id) || (ringer.running && holder && signal.due - at > 60e3 * clock.rate) ? words.armed : words.unarmed;
};
const showCurrent = (signal, at) => {
  const rang = signal && sounded.get().includes(signal.id), given = signal && signal.given !== null;
  put("when", !signal ? "" : signal.due === null ? words.untimed : exact(signal.due));
  put("what", signal ? signal.title : words.none);
  put("left", !signal || given || signal.due === null ? "" : say(signal.due >= at ? "left" : "passed", { time: span(signal.due - at) }));
  put("script", signal ? `“${signal.script}”` : "");
  const waiting = told.signals.filter((one) => one.state === "given").length;
  put("standing", signal ? standing(signal, at, rang) + (waiting > 1 ? ` · ${say("more", { n: waiting })}` : "") : "");
  node("standing").classList.toggle("warn", node("standing").textContent.startsWith("▲"));
  const byHand = signal && signal.state === "due" && !rang && !ringer.has(signal.id) && at > signal.due + 500 * clock.rate;
  node("confirm").hidden = !(given && signal.state === "given");
  node("ring").hidden = !(byHand && holder && ringer.running);
  node("spoken").hidden = !byHand;
  page.dataset.state = !signal ? "none" : given || rang ? "given" : signal.state === "due" ? "due" : "waiting";
  const before = told.signals.filter((one) => one.due !== null && one.due <= at).pop(), next = told.signals.find((one) => one.due !== null && one.due > at);
  const begun = before ? before.due : at - 1, part = next ? Math.min(1, Math.max(0, (at - begun) / (next.due - begun))) : 1;
  node("bar").firstElementChild.style.width = `${(100 * part).toFixed(2)}%`;
};
const showLater = (signal, at) => {
  const rest = told.signals.filter((one) => one !== signal && (["waiting", "due"].includes(one.state) || one.state === "elsewhere" && one.due > at)).slice(0, 3);
  const list = node("later");
  while (list.children.length > rest.length) list.lastChild.remove();
  while (list.children.length < rest.length) list.append(Object.assign(document.createElement("li"), { innerHTML: "<b></b><span></span><i></i>" }));
  rest.forEach((one, index) => {
    const [time, title, left] = list.children[index].children;
    time.textContent = one.due === null ? "–" : exact(one.due); title.textContent = one.title;
    left.textContent = one.due === null ? words.untimed : say(one.due >= at ? "left" : "passed", { time: span(one.due - at) });
  });
  const missed = told.signals.filter((one) => one.state === "missed").length;
  put("missed", missed ? say("missed", { n: missed }) : "");
};
const speak = () => {
  const [first] = later;
  if (!first || ringer.context.currentTime < first.after) return;
  later = later.slice(1);
  const voice = window.speechSynthesis?.getVoices().find((one) => one.lang.toLowerCase().startsWith("zh"));
  if (voice) speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(first.text), { voice, lang: voice.lang, rate: .9, volume: loudness() }));
};
let polled = -Infinity;
function pulse() {
  if (told) ringer.pulse(told.signals, holder);
  if (told) { showSound(); put("phase", told.phase); put("phase-end", told.phase_end === null ? "" : say("until", { time: hm(told.phase_end) })); const signal = current(), at = now(); showCurrent(signal, at); showLater(signal, at); }
  if (ringer.context) speak();
}
new Worker(page.dataset.worker).onmessage = () => {
  const moment = performance.now();
  for (const [leave, until] of asked) if (moment > until) leave.abort();
  pulse(); // first: the heartbeat tells what this finds
  if (moment - polled >= 990) { polled = moment; poll(); beat(); report(); }
};
const tick = () => { // wakes with the next second, so that the digits turn when the clock does
  if (clock.known) put("time", hms(now()));
  setTimeout(tick, clock.known ? Math.min(250, Math.max(30, (1000 - now() % 1000) / clock.rate + 2)) : 100);
};
tick();
poll();

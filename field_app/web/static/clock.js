// The laptop's clock with seconds, raw and corrected, and the press that says what it showed at that moment.
(() => {
  const page = document.getElementById("clock");
  if (!page) return;
  const raw = Number(page.dataset.raw), offset = Number(page.dataset.offset), rate = Number(page.dataset.rate), since = performance.now();
  const china = (ms) => new Date(ms + 8 * 3600e3).toISOString();
  const put = (id, text) => { const node = document.getElementById(id); if (node) node.textContent = text; };
  const tick = () => {
    const wall = raw + (performance.now() - since) * rate;
    put("face", china(wall + offset).slice(11, 19)); put("face-date", china(wall + offset).slice(0, 10));
    put("raw-time", china(wall).slice(11, 19));
    if (china(wall).slice(0, 10) !== china(wall + offset).slice(0, 10)) put("raw-date", china(wall).slice(0, 10));
  };
  tick(); setInterval(tick, 200);
  const form = document.getElementById("check");
  if (!form) return;
  form.elements.reference_date.value = china(raw + offset).slice(0, 10);
  const said = document.getElementById("pressed");
  document.getElementById("press").addEventListener("click", async () => {
    const before = performance.now();
    try {
      const answer = await fetch(page.dataset.press, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error();
      const { wall, run, tick: count } = await answer.json();
      const way = Math.round((performance.now() - before) / 2); // the answer left half-way between press and arrival
      form.elements.pressed_run.value = run;
      form.elements.pressed_tick.value = Math.round(count - way);
      said.textContent = `● ${said.dataset.words} ${china(wall - way * rate).slice(11, 19)}`;
      form.elements.reference_time.select(); // never filled in ahead: people would confirm a clock that is hours off
    } catch { said.textContent = `✕ ${said.dataset.failed}`; }
  });
})();

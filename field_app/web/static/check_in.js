// One touch marks a pupil present; the page says "saved" only when the laptop has answered that the line is on disk.
(() => {
  const root = document.getElementById("check-in");
  if (!root) return;
  const block = root.dataset.block, closed = root.dataset.closed === "1";
  const find = document.getElementById("find"), said = document.getElementById("said");
  const dialog = document.getElementById("other"), form = document.getElementById("other-form"), undoForm = document.getElementById("undo-form");
  const words = document.getElementById("status-words").dataset;
  const shapes = { present: "●", late: "▲", left_early: "▲", absent: "✕", refused: "✕", not_on_register: "–", "": "–" };
  const cards = [...document.querySelectorAll(".seat")];
  const word = (state) => words[state.replace(/_(.)/g, (_, c) => c.toUpperCase())] || "";
  const paint = (card) => { card.querySelector(".state").textContent = `${shapes[card.dataset.state] || "–"} ${word(card.dataset.state)}`; };
  cards.forEach(paint);

  const say = (text, bad) => { said.textContent = (bad ? "✕ " : "✓ ") + text; said.className = "mb-2 " + (bad ? "text-danger fw-bold" : "text-success"); };
  const post = async (address, fields, id) => {
    const body = new URLSearchParams({ ...fields, request_id: id });
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
        const content = await answer.json();
        if (!answer.ok) throw Object.assign(new Error(document.documentElement.lang.startsWith("zh") ? content.zh : content.en), { refused: true });
        return content;
      } catch (problem) {
        if (problem.refused || attempt >= 5) throw problem;
        await new Promise((wake) => setTimeout(wake, 300 * 2 ** attempt)); // the same id again: it records once
      }
    }
  };
  const show = (content) => {
    for (const [name, value] of Object.entries(content.totals)) document.getElementById("t-" + name).textContent = value;
    const states = new Map(content.seats.map(([seat, ...rest]) => [String(seat), rest]));
    for (const card of cards) {
      const [state, line, inherited] = states.get(card.dataset.seat);
      card.dataset.state = state; card.dataset.line = line;
      inherited ? (card.dataset.inherited = "1") : delete card.dataset.inherited;
      paint(card);
    }
    say(content.said);
    if (window.testday) window.testday.refresh();
  };
  const mark = async (card, fields) => {
    card.dataset.busy = "1";
    try { show(await post("/check-in/mark", { block, seat: card.dataset.seat, ...fields }, crypto.randomUUID())); return true; }
    catch (problem) { say(problem.message, true); document.getElementById("other-problem").textContent = problem.message; return false; }
    finally { delete card.dataset.busy; }
  };
  const present = (card) => {
    if (["present", "late"].includes(card.dataset.state) && !card.dataset.inherited) return open(card);
    if (closed) return open(card, "late");
    return mark(card, { status: "present" });
  };
  const open = (card, preset) => {
    form.reset(); form.seat.value = card.dataset.seat;
    document.getElementById("other-seat").textContent = card.dataset.seat;
    document.getElementById("other-name").textContent = card.querySelector(".name").textContent;
    document.getElementById("other-problem").textContent = "";
    undoForm.hidden = !Number(card.dataset.line) || Boolean(card.dataset.inherited);
    undoForm.line.value = card.dataset.line;
    if (preset) form.querySelector(`[value="${preset}"]`).checked = true;
    dialog.showModal();
    dialog.card = card;
  };
  let pressed = 0, held = false;
  for (const card of cards) {
    card.addEventListener("pointerdown", () => { held = false; pressed = setTimeout(() => { held = true; open(card); }, 550); });
    for (const leave of ["pointerup", "pointerleave"]) card.addEventListener(leave, () => clearTimeout(pressed));
    card.addEventListener("click", () => { if (!held) present(card); });
    card.addEventListener("contextmenu", (event) => { event.preventDefault(); clearTimeout(pressed); open(card); });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(form)].filter(([name, value]) => value && !["seat", "block"].includes(name)));
    if (await mark(dialog.card, fields)) dialog.close();
  });
  undoForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    try { show(await post("/check-in/undo", { block, line: undoForm.line.value, reason: undoForm.reason.value }, crypto.randomUUID())); dialog.close(); }
    catch (problem) { document.getElementById("other-problem").textContent = problem.message; }
  });
  document.getElementById("other-cancel").addEventListener("click", () => dialog.close());

  const matches = () => {
    const wanted = find.value.normalize("NFKC").trim().toLowerCase();
    if (!wanted) return [];
    const exact = cards.filter((card) => card.dataset.keys.split("|").includes(wanted));
    return exact.length ? exact : cards.filter((card) => card.dataset.keys.includes(wanted));
  };
  let onlyOpen = false;
  const filter = () => {
    const found = matches(), searching = find.value.trim() !== "";
    for (const card of cards) {
      card.classList.toggle("match", found.length === 1 && found[0] === card);
      card.classList.toggle("hidden", (searching && !found.includes(card)) || (onlyOpen && card.dataset.state !== ""));
    }
    return found;
  };
  find.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { find.value = ""; filter(); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const found = matches();
    if (found.length !== 1) return say(found.length ? `${found.length} ↔` : "0", true);
    find.value = ""; filter();
    event.shiftKey ? open(found[0]) : present(found[0]);
  });
  document.getElementById("only-open").addEventListener("click", () => { onlyOpen = !onlyOpen; filter(); });
  document.addEventListener("keydown", (event) => {
    if (dialog.open || event.target.matches("input,select,textarea")) return;
    if (event.key === "?") document.getElementById("keys").showModal();
    else if (event.key === "/" || /^[0-9a-z\u4e00-\u9fff]$/i.test(event.key)) find.focus();
  });
})();

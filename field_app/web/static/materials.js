// Checks the counts while they are typed, with the sentences that the server says; Enter goes to the next row.
// What is typed but not recorded yet stays in this window, also when a bag is recorded meanwhile.
(() => {
  const table = document.getElementById("materials");
  if (!table) return;
  const words = JSON.parse(table.dataset.words), total = document.getElementById("materials-total");
  const rows = [...table.querySelectorAll("tbody tr")];
  const cells = [...table.querySelectorAll("tbody input")];
  const isWrong = (cell) => !/^\d*$/.test(cell.value.normalize("NFKC").trim());
  const read = (row, column) => {
    const cell = row.querySelector(`[data-column="${column}"]`), text = cell.value.normalize("NFKC").trim();
    return text && !isWrong(cell) ? Number(text) : null;
  };
  const fill = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const side = (number) => (number > 0 ? "short" : "over");
  const differ = (gap, name, wanted, found) => fill(`${gap}_${side(wanted - found)}`, { name, n: Math.abs(wanted - found), a: wanted, b: found });
  const judge = (row) => {
    const n = Object.fromEntries(["received", "handed_out", "unused", "damaged", "collected", "void", "missing"].map((column) => [column, read(row, column)]));
    const parts = [], wrong = [...row.querySelectorAll("input")].filter(isWrong);
    const issued = n.received !== null && n.handed_out !== null, returned = n.handed_out !== null && n.collected !== null;
    const used = n.handed_out + n.unused + n.damaged, back = n.collected + n.void + n.missing;
    if (issued && n.received !== used) parts.push(differ("issue", "", n.received, used));
    if (returned && n.handed_out !== back) parts.push(differ("return", "", n.handed_out, back));
    if (n.missing) parts.push(differ("missing", "", n.missing, 0));
    const verdict = row.querySelector(".verdict"), complete = issued && returned;
    verdict.textContent = wrong.length ? words.not_number : parts.length ? `✕ ${parts.join(words.join)}` : complete ? words.ok : words.open;
    verdict.className = `verdict ${wrong.length || parts.length ? "bad" : complete ? "ok" : ""}`;
    for (const cell of row.querySelectorAll("input")) cell.classList.toggle("is-invalid", wrong.includes(cell));
  };
  const sum = () => {
    const known = rows.filter((row) => row.dataset.material === table.dataset.answer).map((row) => read(row, "collected")).filter((n) => n !== null);
    const name = table.dataset.answerName, b = known.reduce((a, n) => a + n, 0), a = Number(table.dataset.present);
    const unknown = table.dataset.present === "";
    const bad = !unknown && known.length > 0 && a !== b;
    total.textContent = unknown ? words.present_unknown : bad ? `✕ ${differ("present", name, a, b)}` : fill(known.length ? "present_ok" : "present_open", { name, a, b });
    total.className = bad ? "bad" : known.length && !unknown ? "ok" : "";
  };
  const unsaved = document.getElementById("unsaved"), key = `counts ${table.dataset.block}`;
  const keep = () => {
    const typed = cells.filter((cell) => cell.value !== cell.defaultValue);
    if (unsaved) unsaved.hidden = !typed.length;
    if (typed.length) sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(typed.map((cell) => [cell.name, cell.value]))));
    else sessionStorage.removeItem(key);
  };
  const look = () => { rows.forEach(judge); sum(); keep(); };
  table.addEventListener("input", look);
  if (unsaved) {
    const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
    for (const cell of cells) if (kept[cell.name] !== undefined) cell.value = kept[cell.name];
    look();
  }
  table.addEventListener("focusin", (event) => { if (event.target.select) event.target.select(); });
  const columns = rows[0] ? [...rows[0].querySelectorAll("input")].length : 0;
  const go = (row, column) => {
    const at = row + column * rows.length, count = rows.length * columns;
    if (at < 0 || at >= count) return;
    rows[at % rows.length].querySelectorAll("input")[Math.floor(at / rows.length)].focus();
  };
  table.addEventListener("keydown", (event) => {
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches("input")) return;
    event.preventDefault(); // Enter moves on and does not send the form
    const row = rows.indexOf(event.target.closest("tr"));
    go(row + step, [...rows[row].querySelectorAll("input")].indexOf(event.target));
  });
})();

// The strip's clock, the refresh of the board and its signals that keeps your place, search, full screen and printing. No library.
(() => {
  const strip = document.getElementById("strip"), clock = document.getElementById("strip-clock");
  if (!strip || !clock) return;
  const shown = Number(strip.dataset.now), rate = Number(strip.dataset.rate), since = performance.now();
  setInterval(() => {
    const now = new Date(shown + (performance.now() - since) * rate + 8 * 3600e3);
    clock.textContent = now.toISOString().slice(11, 19);
  }, 250);
})();
document.querySelectorAll("[data-print]").forEach((node) => node.addEventListener("click", () => window.print()));
document.querySelectorAll("[data-submit-on-change]").forEach((node) => node.addEventListener("change", () => node.form.requestSubmit()));
(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const form = document.getElementById("filter"), stale = document.getElementById("stale");
  const search = form.elements.text, fullScreen = document.getElementById("full");
  const address = () => {
    const filled = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
    return new URLSearchParams(filled).toString();
  };
  let last = Date.now(), running = false, again = false;
  const refresh = async () => {
    if (running) { again = true; return; }
    running = true;
    try {
      const answer = await fetch(`${board.dataset.source}?${address()}`, { headers: { Accept: "text/html" } });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      const focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.cell : undefined;
      board.innerHTML = await answer.text();
      if (focus) { const cell = board.querySelector(`[data-cell="${CSS.escape(focus)}"]`); if (cell) cell.focus({ preventScroll: true }); }
      last = Date.now(); stale.hidden = true;
    } catch { stale.hidden = Date.now() - last < 15000; }
    running = false;
    if (again) { again = false; refresh(); }
  };
  const ask = () => { history.replaceState(null, "", address() ? `?${address()}` : location.pathname); refresh(); };
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  form.addEventListener("input", ask);
  setInterval(() => { if (!document.hidden) refresh(); }, 5000);
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  fullScreen.addEventListener("click", full);
  document.addEventListener("keydown", (event) => {
    const typing = ["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName);
    if (search && event.key === "Escape" && event.target === search) { search.value = ""; search.blur(); ask(); }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (search && event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === "f") { event.preventDefault(); full(); }
  });
})();

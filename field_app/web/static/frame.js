// Keeps the strip's clock going and the foot line true; needs no network but the laptop itself.
document.querySelectorAll("[data-submit-on-change]").forEach((node) => node.addEventListener("change", () => node.form.submit()));
document.querySelectorAll("[data-print]").forEach((node) => node.addEventListener("click", () => window.print()));
(() => {
  const strip = document.getElementById("strip");
  if (!strip) return;
  let shown = Number(strip.dataset.now), rate = Number(strip.dataset.rate), since = performance.now();
  const clock = document.getElementById("strip-clock");
  const tick = () => {
    const now = new Date(shown + (performance.now() - since) * rate + 8 * 3600e3);
    clock.textContent = now.toISOString().slice(11, 19);
  };
  setInterval(tick, 200);
  const put = (id, value) => { const node = document.getElementById(id); if (node && value !== undefined && value !== null) node.textContent = value; };
  const refresh = async () => {
    try {
      const answer = await fetch("/status.json", { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const status = await answer.json();
      shown = status.now; rate = status.rate; since = performance.now();
      put("strip-phase", status.phase); put("foot-recorded", status.recorded); put("foot-received", status.received);
      put("foot-contact", status.contact); put("foot-network", status.network);
      for (const [id, notice] of [["strip-bell", status.bell], ["strip-box", status.box]]) {
        put(id, notice);
        const node = document.getElementById(id); if (node) node.hidden = !notice;
      }
    } catch { put("foot-network", "✕"); }
  };
  window.testday = { refresh };
  setInterval(refresh, 5000);
})();
(() => {
  // Countdowns: <b data-countdown="ms"> runs on the strip's clock.
  const nodes = document.querySelectorAll("[data-countdown]"), strip = document.getElementById("strip");
  if (!nodes.length || !strip) return;
  const shown = Number(strip.dataset.now), rate = Number(strip.dataset.rate), since = performance.now();
  const tick = () => nodes.forEach((node) => {
    const left = Math.round((Number(node.dataset.countdown) - shown - (performance.now() - since) * rate) / 1000);
    const size = Math.abs(left), text = `${Math.floor(size / 3600) ? Math.floor(size / 3600) + ":" : ""}${String(Math.floor(size / 60) % 60).padStart(2, "0")}:${String(size % 60).padStart(2, "0")}`;
    node.textContent = left < 0 ? `−${text}` : text;
    strip.classList.toggle("soon", left >= 0 && left <= 120);
  });
  tick(); setInterval(tick, 500);
})();

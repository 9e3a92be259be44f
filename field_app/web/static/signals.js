// Keeps the page in step with the clock, and lets Enter do what the one solid button does.
(() => {
  const page = document.getElementById("signals"), strip = document.getElementById("strip");
  if (!page || !strip) return;
  const button = document.getElementById("main-act");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    if (event.repeat) return event.preventDefault(); // a key held down must not give and confirm at once
    if (button && !event.target.closest("input,select,textarea,button,a,summary,label")) { event.preventDefault(); button.click(); }
  });
  const typed = () => [...document.querySelectorAll("#signals input:not([type=hidden]), #signals textarea")].some((node) => node.value !== node.defaultValue);
  const turn = () => { if (typed()) { document.getElementById("stale").hidden = false; } else { location.reload(); } };
  const changes = Number(page.dataset.changes);
  if (changes) setTimeout(turn, Math.max((changes - Number(strip.dataset.now)) / Number(strip.dataset.rate), 0) + 250);
})();

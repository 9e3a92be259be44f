// Shows the close-out again once a receipt has come, but never under somebody's hands.
(() => {
  const shown = document.getElementById("close-out");
  if (!shown || shown.dataset.received === undefined) return;
  const busy = () => [...document.querySelectorAll("main input, main select")].some((field) => field.type !== "hidden" && field.value);
  setInterval(() => {
    const received = document.getElementById("foot-received");
    if (received && received.textContent !== shown.dataset.received && !busy()) location.reload();
  }, 2000);
})();

// Choosing a type proposes its level; people may choose another, and then that one stays.
(() => {
  const form = document.getElementById("incident-form");
  if (!form) return;
  let own = false;
  const show = () => {
    const level = form.elements.level.value;
    for (const node of form.querySelectorAll(".level-meaning")) node.hidden = node.dataset.level !== level;
  };
  const propose = (radio) => {
    const other = document.getElementById("other-title");
    other.hidden = !radio.value.startsWith("other:");
    if (!other.hidden) other.querySelector("input").focus();
    if (!own) form.elements.level.value = radio.dataset.level;
    show();
  };
  form.addEventListener("change", (event) => {
    if (event.target.name === "type") propose(event.target);
    if (event.target.name === "level") { own = true; show(); }
  });
  const chosen = form.querySelector("[name=type]:checked");
  if (chosen) propose(chosen);
})();

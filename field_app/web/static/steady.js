// Forms marked data-steady: what was typed stays when the laptop refuses it, and the sentence stands in the form.
// A lost answer is asked for again with the same request id, so it records once. Without scripts the forms work too.
(() => {
  const chinese = document.documentElement.lang.startsWith("zh");
  const send = async (address, body) => {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
        const content = await answer.json();
        if (!answer.ok) throw Object.assign(new Error(chinese ? content.zh : content.en), { refused: true });
        return content;
      } catch (problem) {
        if (problem.refused || attempt >= 5) throw problem;
        await new Promise((wake) => setTimeout(wake, 300 * 2 ** attempt));
      }
    }
  };
  const alertOf = (form) => {
    const found = form.querySelector(".problem");
    if (found) return found;
    const made = Object.assign(document.createElement("p"), { className: "problem text-danger fw-bold mb-1" });
    made.setAttribute("role", "alert");
    form.append(made);
    return made;
  };
  for (const form of document.querySelectorAll("form[data-steady]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = "1";
      alertOf(form).textContent = "";
      try {
        const body = form.enctype === "multipart/form-data" ? new FormData(form) : new URLSearchParams(new FormData(form));
        if (event.submitter && event.submitter.name) body.append(event.submitter.name, event.submitter.value);
        const content = await send(form.action, body);
        if (content.said) sessionStorage.setItem("said", JSON.stringify([content.said, content.undo && content.seq]));
        const next = new URL(content.next || location.href, location.href);
        next.pathname + next.search === location.pathname + location.search ? location.reload() : location.assign(next);
      } catch (problem) {
        alertOf(form).textContent = `✕ ${problem.message}`;
        alertOf(form).scrollIntoView({ block: "nearest" });
        delete form.dataset.busy;
      }
    });
  }
  const said = sessionStorage.getItem("said");
  if (said) {
    sessionStorage.removeItem("said");
    const [sentence, seq] = JSON.parse(said);
    const line = Object.assign(document.createElement("div"), { className: "alert alert-success py-2", textContent: `✓ ${sentence} ` });
    line.setAttribute("role", "status");
    if (seq) line.append(Object.assign(document.createElement("a"), { href: `/log/#line-${seq}`, textContent: chinese ? "撤销" : "Undo", className: "ms-2" }));
    document.getElementById("main").prepend(line);
  }
  // A chip that fills fields: data-fill='{"sheets": 30}' within the same form.
  for (const chip of document.querySelectorAll("[data-fill]")) {
    chip.addEventListener("click", () => {
      for (const [name, value] of Object.entries(JSON.parse(chip.dataset.fill))) chip.closest("form").elements[name].value = value;
    });
  }
})();

// A role that is still vacant, touched, stands in the form.
document.querySelectorAll("[data-role]").forEach((chip) => chip.addEventListener("click", () => {
  const form = document.getElementById("add-person");
  form.elements.role.value = chip.dataset.role;
  form.elements.name.focus();
}));

// A standard reason that is chosen goes into the text beside it. Without this script the server does the same.

document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-fills]");
  if (!select || !select.value) return;
  const text = document.getElementById(select.dataset.fills);
  const reason = select.selectedOptions[0].dataset.text;
  const paragraphs = text.value.trim() ? text.value.trim().split(/\n\n/) : [];
  if (!paragraphs.includes(reason)) text.value = [...paragraphs, reason].join("\n\n");
  select.value = "";
  text.focus();
});

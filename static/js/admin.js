// What Django's widgets leave without a name for screen readers: the look-ups (select2) and the icons of the two-list choice.
{
  const name = select => {
    const label = document.querySelector(`label[for="${select.id}"]`)
    const box = select.nextElementSibling?.querySelector(".select2-selection")
    if (!label || !box) return
    label.id ||= `${select.id}-name`
    const value = box.querySelector(".select2-selection__rendered")
    const parts = value?.id ? `${label.id} ${value.id}` : label.id
    box.setAttribute("aria-labelledby", parts)
    if (value?.id) value.setAttribute("aria-labelledby", label.id)
    // The list of what is chosen holds a button beside its entries, which no list may.
    if (value?.matches("ul")) for (const part of [value, ...value.querySelectorAll("li")]) part.setAttribute("role", "none")
    box.querySelector(".select2-search__field")?.setAttribute("aria-labelledby", label.id)
  }
  const nameAll = () => {
    document.querySelectorAll("select.select2-hidden-accessible").forEach(name)
    for (const icon of document.querySelectorAll(".selector .help-tooltip[aria-label]")) icon.setAttribute("role", "img")
  }
  addEventListener("load", nameAll)
  addEventListener("load", () => window.django?.jQuery?.(document).on("change", "select", () => setTimeout(nameAll)))
  document.addEventListener("formset:added", () => setTimeout(nameAll))
  document.addEventListener("focusin", ({target}) => {
    if (!target.matches(".select2-dropdown .select2-search__field")) return
    const box = document.querySelector(".select2-container--open .select2-selection")
    const label = document.getElementById(box?.getAttribute("aria-labelledby")?.split(" ")[0])
    if (label) target.setAttribute("aria-labelledby", label.id)
  })
}

// The label of its column at each cell of a list, which narrow screens show.
addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("result_list")
  if (!list?.tHead) return
  const labels = [...list.tHead.rows[0].cells].map(cell => cell.querySelector(".text")?.textContent.trim() ?? "")
  for (const row of list.tBodies[0].rows) [...row.cells].forEach((cell, n) => cell.dataset.label = labels[n] ?? "")
  list.classList.add("labelled")
})

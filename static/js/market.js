// The market pages' help for htmx and the keyboard. Everything here is extra: the pages work without it.
(function () {
  "use strict";

  const opened = new Map();

  // Buttons that only do something with this script stand hidden in the page.
  function showEnhanced() {
    document.querySelectorAll("[data-enhanced]").forEach(function (element) {
      element.hidden = false;
    });
  }

  // The address holds the choices that were made, not the fields left empty.
  document.addEventListener("htmx:configRequest", function (event) {
    const values = event.detail.formData;
    for (const [name, value] of Array.from(values.entries())) {
      if (value === "") {
        values.delete(name);
      }
    }
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    event.detail.target.setAttribute("aria-busy", "true");
    document.querySelectorAll("#directory details[id]").forEach(function (fold) {
      opened.set(fold.id, fold.open);
    });
  });

  // What a person folded or unfolded stays so. Set before the new content is painted.
  document.addEventListener("htmx:afterSwap", function () {
    document.querySelectorAll("#directory details[id]").forEach(function (fold) {
      if (opened.has(fold.id)) {
        fold.open = opened.get(fold.id);
      }
    });
    showEnhanced();
  });

  // The used control keeps the focus, since ids are stable. Where it is gone (a chip that was removed,
  // another page of the list) the results' heading takes over.
  document.addEventListener("htmx:afterSettle", function (event) {
    const trigger = event.detail.requestConfig && event.detail.requestConfig.elt;
    const paged = Boolean(trigger && trigger.closest("[data-pages]"));
    const lost = !document.activeElement || document.activeElement === document.body;
    const heading = document.getElementById("results-heading");
    if (heading && (paged || lost)) {
      heading.focus({ preventScroll: !paged });
      if (paged) {
        heading.scrollIntoView({ block: "start" });
      }
    }
  });

  document.addEventListener("click", function (event) {
    const control = event.target.closest("[data-print], [data-close]");
    if (!control) {
      return;
    }
    if (control.hasAttribute("data-print")) {
      window.print();
    } else {
      document.getElementById(control.dataset.close).open = false;
    }
  });

  showEnhanced();
})();

// What the pages with a selection need for htmx, folds and the keyboard. Everything here is extra: the pages work without it.
(function () {
  "use strict";

  const opened = new Map();
  let focused = "";

  // Controls that only do something with this script stand hidden in the page.
  function showEnhanced() {
    document.querySelectorAll("[data-enhanced]").forEach(function (element) {
      element.hidden = false;
    });
  }

  function folds() {
    return document.querySelectorAll("#directory details[id]");
  }

  // Words are searched for with Enter or the button, not on leaving the field.
  document.addEventListener(
    "change",
    function (event) {
      if (event.target.type === "search") {
        event.stopPropagation();
      }
    },
    true,
  );

  // The address holds the choices that were made, not the fields left empty.
  document.addEventListener("htmx:configRequest", function (event) {
    const values = event.detail.formData;
    for (const [name, value] of Array.from(values.entries())) {
      if (value === "") {
        values.delete(name);
      }
    }
  });

  document.addEventListener("htmx:beforeSwap", function () {
    focused = document.activeElement ? document.activeElement.id : "";
    folds().forEach(function (fold) {
      opened.set(fold.id, fold.open);
    });
  });

  // What a person folded or unfolded stays so, and the used control keeps the focus: its id is the same.
  // Where it is gone (a chip that was removed, another page of the list) the results' heading takes over.
  document.addEventListener("htmx:afterSwap", function (event) {
    folds().forEach(function (fold) {
      if (opened.has(fold.id)) {
        fold.open = opened.get(fold.id);
      }
    });
    showEnhanced();

    const trigger = event.detail.requestConfig && event.detail.requestConfig.elt;
    const heading = document.getElementById("results-heading");
    if (trigger && trigger.closest("[data-pages]")) {
      heading.focus();
      heading.scrollIntoView({ block: "start" });
    } else if (!document.activeElement || document.activeElement === document.body) {
      const same = focused && document.getElementById(focused);
      (same || heading).focus({ preventScroll: true });
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

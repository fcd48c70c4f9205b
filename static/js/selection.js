// Pages with a selection: partial updates with htmx, folds and focus. The pages work without it.
(function () {
  "use strict";

  const opened = new Map(); // the folds that the person has opened or closed, by id
  let focused = "";

  // Controls that need this script are hidden in the HTML.
  function showEnhanced() {
    document.querySelectorAll("[data-enhanced]").forEach(function (element) {
      element.hidden = false;
    });
  }

  function folds() {
    return document.querySelectorAll("#directory details[id]");
  }

  // A search is sent with Enter or the button, not when the field loses the focus.
  document.addEventListener(
    "change",
    function (event) {
      if (event.target.type === "search") {
        event.stopPropagation();
      }
    },
    true,
  );

  // Empty fields are left out of the address.
  document.addEventListener("htmx:configRequest", function (event) {
    window.leaveOutEmpty(event.detail.formData);
  });

  document.addEventListener("htmx:beforeSwap", function () {
    focused = document.activeElement ? document.activeElement.id : "";
  });

  // The click comes before the fold changes, by mouse and by keyboard alike.
  document.addEventListener("click", function (event) {
    const summary = event.target.closest("#directory details[id] > summary");
    if (summary) {
      opened.set(summary.parentElement.id, !summary.parentElement.open);
    }
  });

  // Folds stay as the person has put them, and the control that was used keeps the focus; it has the same id.
  // Where it is gone (a chip that was removed, another page of the list) the results' heading gets the focus.
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
      const control = focused && document.getElementById(focused);
      (control || heading).focus({ preventScroll: true });
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
      opened.set(control.dataset.close, false);
    }
  });

  showEnhanced();
})();

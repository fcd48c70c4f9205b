// The shortlist: a tick too many is refused at the tick, and texts are copied. The pages work without it.
(function () {
  "use strict";

  // The values that a form sends under a name: hidden fields and ticked boxes, each once.
  function values(form, name) {
    const fields = form.querySelectorAll('input[name="' + name + '"]');
    return new Set(
      Array.from(fields)
        .filter(function (field) {
          return field.type === "hidden" || field.checked;
        })
        .map(function (field) {
          return field.value;
        }),
    );
  }

  function say(element, text) {
    element.textContent = "";
    window.setTimeout(function () {
      element.textContent = text;
    }, 50);
  }

  // In the capturing phase, before htmx sends the form.
  document.addEventListener(
    "change",
    function (event) {
      const form = event.target.form;
      if (!form || !form.dataset.most || event.target.type !== "checkbox" || event.target.name !== form.dataset.counts) {
        return;
      }
      const shown = form.querySelector("[data-refusal]");
      const isTooMany = event.target.checked && values(form, form.dataset.counts).size > Number(form.dataset.most);
      if (shown) {
        shown.hidden = !isTooMany;
        shown.textContent = isTooMany ? form.dataset.tooMany : "";
      }
      if (isTooMany) {
        event.target.checked = false;
        event.stopPropagation();
        say(document.getElementById("live"), form.dataset.tooMany);
      }
    },
    true,
  );

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (!button) {
      return;
    }
    const field = document.getElementById(button.dataset.copy);
    const status = button.closest(".copy").querySelector("[role=status]");
    field.select();
    const copied = navigator.clipboard ? navigator.clipboard.writeText(field.value) : Promise.reject(new Error());
    copied
      .catch(function () {
        // Without the permission, or without HTTPS: the older way, on what is selected.
        if (!document.execCommand("copy")) {
          throw new Error();
        }
      })
      .then(function () {
        say(status, button.dataset.done);
      })
      .catch(function () {
        field.focus(); // it is selected: the person copies it
      });
  });

  document.querySelectorAll("[data-enhanced]").forEach(function (element) {
    element.hidden = false;
  });
})();

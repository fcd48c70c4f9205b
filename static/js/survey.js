// The survey's help while somebody writes: counts down, folds own words, saves by itself. The pages work without it.
(function () {
  "use strict";

  // How much room is left --------------------------------------------------------------------

  function used(text, unit) {
    return unit === "words" ? text.split(/\s+/).filter(Boolean).length : Array.from(text).length;
  }

  document.querySelectorAll("[data-limit-for]").forEach(function (hint) {
    const control = document.getElementById(hint.dataset.limitFor);
    if (!control) {
      return;
    }
    const field = control.closest(".form-group, .survey-own-words");
    if (field && !field.contains(hint)) {
      control.insertAdjacentElement("afterend", hint);
    }
    function count() {
      const left = Number(hint.dataset.most) - used(control.value, hint.dataset.unit);
      const text = left < 0 ? hint.dataset.over : hint.dataset.left;
      hint.textContent = text.replace("{value}", String(Math.abs(left)));
      hint.classList.toggle("is-over", left < 0);
    }
    control.addEventListener("input", count);
    count();
  });

  // Own words belong to “other” ----------------------------------------------------------------

  document.querySelectorAll("[data-other]").forEach(function (option) {
    const box = option.querySelector("input[type=checkbox], input[type=radio]");
    const words = option.querySelector("[data-own-words]");
    if (!box || !words) {
      return;
    }
    const text = words.querySelector("input");
    function fold() {
      words.hidden = !box.checked && text.value === "";
    }
    option.closest("fieldset").addEventListener("change", fold);
    fold();
  });

  // Saved by itself ------------------------------------------------------------------------------

  const form = document.querySelector("form[data-autosave]");
  if (!form) {
    return;
  }
  const line = document.querySelector("[data-saved-line]");
  let timer = 0;
  let dirty = false;
  let stopped = false;
  let running = false;
  let pressed = null; // the button that was pressed while a save was on its way

  function say(text) {
    line.textContent = text;
  }

  function stop(text) {
    stopped = true;
    say(text);
  }

  async function save() {
    if (running || stopped || !dirty) {
      return;
    }
    running = true;
    dirty = false;
    say(form.dataset.saving);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "X-Requested-With": "fetch" },
        redirect: "error",
      });
      if (answer.status === 409) {
        const told = await answer.json();
        stop(told.text || form.dataset.conflict);
      } else if (answer.status === 401 || answer.status === 403) {
        stop(form.dataset.loggedOut);
      } else if (answer.ok) {
        const told = await answer.json();
        form.elements.seen.value = told.seen;
        say(told.text);
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      dirty = true;
      say(form.dataset.failed);
      timer = setTimeout(save, 10000);
    } finally {
      running = false;
      if (dirty && !stopped) {
        clearTimeout(timer);
        timer = setTimeout(save, 10000);
      }
      if (pressed) {
        form.requestSubmit(pressed);
        pressed = null;
      }
    }
  }

  form.addEventListener("input", function () {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  });

  window.addEventListener("online", save);

  let leaving = false;
  form.addEventListener("submit", function (event) {
    if (leaving) {
      event.preventDefault(); // a double click
      return;
    }
    if (running) {
      event.preventDefault(); // its answer tells what is stored, or the page would collide with itself
      pressed = event.submitter;
      return;
    }
    if (!navigator.onLine) {
      event.preventDefault(); // the browser's own page would take the place of what was written
      say(form.dataset.failed);
      return;
    }
    leaving = true;
    stopped = true;
    clearTimeout(timer);
  });

  window.addEventListener("pageshow", function () {
    leaving = false;
  });

  window.addEventListener("beforeunload", function (event) {
    if (dirty && !leaving) {
      event.preventDefault();
    }
  });
})();

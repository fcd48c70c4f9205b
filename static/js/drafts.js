// Helps while somebody writes a draft: counts what is left, and saves by itself. The pages work without it.
(function () {
  "use strict";

  // Text as the server stores it (kl_ai/text.py) --------------------------------------------------

  const DIVIDERS = /[\u000b\u000c\u0085\u2028\u2029]/gu;
  const UNSEEN =
    /(?![\n\t\u200d\ufe0e\ufe0f\u{1f000}-\u{1faff}\u{1fc00}-\u{1fffd}])[\p{Cc}\p{Cf}\p{Cn}\p{Co}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/gu;
  const SELECTORS = /(?<![\p{S}\p{P}\p{N}\u{1f000}-\u{1faff}\u{1fc00}-\u{1fffd}])[\ufe0e\ufe0f]/gu;
  const JOINERS =
    /(?<![\p{S}\u{1f000}-\u{1faff}\u{1fc00}-\u{1fffd}\ufe0e\ufe0f])\u200d|\u200d(?![\p{S}\u{1f000}-\u{1faff}\u{1fc00}-\u{1fffd}])/gu;

  function cleaned(control) {
    const text = control.value.replace(DIVIDERS, " ").replace(UNSEEN, "").replace(SELECTORS, "").replace(JOINERS, "");
    return (control.tagName === "TEXTAREA" ? text : text.replace(/\s+/g, " ")).trim();
  }

  // Counters: how much room is left ---------------------------------------------------------------

  function length(text, unit) {
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
      const left = Number(hint.dataset.most) - length(cleaned(control), hint.dataset.unit);
      const text = left < 0 ? hint.dataset.over : hint.dataset.left;
      hint.textContent = text.replace("{value}", Math.abs(left).toLocaleString(document.documentElement.lang));
      hint.classList.toggle("is-over", left < 0);
      if (hint.dataset.nearly) {
        hint.hidden = left > Number(hint.dataset.nearly);
      }
    }
    control.addEventListener("input", count);
    count();
  });

  // Autosave (kl_ai/drafts/autosave.py) -----------------------------------------------------------

  const form = document.querySelector("form[data-autosave]");
  if (!form) {
    return;
  }
  const line = document.querySelector("[data-saved-line]");
  let timer = 0;
  let dirty = false;
  let stopped = false;
  let running = false;
  let unanswered = ""; // a save that got no response: the server may have stored it
  let pressed = null; // the button that was pressed before the response to a save had come
  let waiting = null; // another form of the page, and its button: it is sent when what was typed here is saved

  // Tells the server that it was this page that saved last (kl_ai/drafts/parts.py).
  function nextSave() {
    form.elements.save.value = String(Number(form.elements.save.value) + 1);
  }

  function say(text) {
    line.textContent = text;
  }

  function stop(text) {
    stopped = true;
    dirty = true; // it is on the page alone
    say(text);
  }

  async function read(response) {
    if (response.status === 409) {
      stop((await response.json()).text || form.dataset.conflict);
    } else if (response.status === 401 || response.status === 403) {
      stop(form.dataset.loggedOut);
    } else if (response.ok) {
      const saved = await response.json();
      form.elements.seen.value = saved.seen;
      say(saved.text);
    } else {
      if (response.status < 502) {
        unanswered = ""; // refused by the server itself, not by a proxy before it: nothing is stored
        dirty = true;
      }
      throw new Error(String(response.status));
    }
  }

  async function save() {
    if (running || stopped || !(dirty || unanswered)) {
      return;
    }
    running = true;
    let failed = false;
    let wait = 10000;
    if (unanswered) {
      wait = 0; // sent once more as it was: saved twice it is saved once, and its response tells what is stored
    } else {
      nextSave();
      unanswered = String(new URLSearchParams(new FormData(form)));
      dirty = false;
    }
    say(form.dataset.saving);
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(unanswered),
        headers: { "X-Requested-With": "fetch" },
        redirect: "error",
      });
      await read(response);
      unanswered = "";
    } catch (error) {
      wait = 10000;
      failed = true;
      say(error instanceof TypeError ? form.dataset.failed : form.dataset.refused); // TypeError: nothing was reached
    } finally {
      running = false;
      if ((dirty || unanswered) && !stopped) {
        clearTimeout(timer);
        timer = setTimeout(save, wait);
      }
      if (pressed) {
        form.requestSubmit(pressed);
      } else if (waiting) {
        sendOther(failed);
      }
    }
  }

  // A comment that is sent just after somebody has typed here: what was typed is saved first.
  let isLetThrough = false;
  document.addEventListener("submit", function (event) {
    if (event.target === form || isLetThrough || stopped || !(dirty || unanswered || running)) {
      return;
    }
    event.preventDefault();
    waiting = [event.target, event.submitter];
    save();
  });

  // Where the save failed the browser asks whether to leave the page.
  function sendOther(failed) {
    const [other, button] = waiting;
    waiting = null;
    isLetThrough = failed;
    other.requestSubmit(button);
    isLetThrough = false;
  }

  form.addEventListener("input", function () {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  });

  window.addEventListener("online", save);

  let leaving = false;
  let wasStopped = false; // before it was sent by its button
  form.addEventListener("submit", function (event) {
    if (leaving) {
      event.preventDefault(); // a double click
      return;
    }
    if (!navigator.onLine) {
      event.preventDefault(); // the browser's own page would take the place of what was written
      pressed = null;
      say(form.dataset.failed);
      return;
    }
    if (running || (unanswered && !stopped && !pressed)) {
      event.preventDefault(); // only the response tells what is stored: the page would be in conflict with itself
      pressed = event.submitter;
      save();
      return;
    }
    nextSave();
    leaving = true;
    wasStopped = stopped;
    stopped = true;
    clearTimeout(timer);
  });

  window.addEventListener("pageshow", function () {
    leaving = false;
  });

  // Where another form of the page made the browser ask, and the answer was to stay, nothing was sent.
  function stay(event) {
    if (event.defaultPrevented) {
      leaving = false;
      stopped = wasStopped;
      timer = setTimeout(save, 1500);
    }
  }

  window.addEventListener("beforeunload", function (event) {
    if ((dirty || unanswered) && !leaving) {
      event.preventDefault();
    }
    if (leaving) {
      setTimeout(stay, 0, event);
    }
  });
})();

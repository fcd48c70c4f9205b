// Asks “leave the page?” before what somebody has typed in a form and not sent would be lost. The pages work without it.
(function () {
  "use strict";

  const page = document.querySelector(".project-page");
  // A form that saves by itself asks itself (drafts.js).
  const forms = page ? Array.from(page.querySelectorAll("form[method=post]:not([data-autosave])")) : [];
  let sent = null;

  function controls(form) {
    return Array.from(form.elements).filter(function (control) {
      return control.name && /^(input|select|textarea)/.test(control.localName) && !/^(hidden|submit)$/.test(control.type);
    });
  }

  // What the page was loaded with is compared, not what was typed since: a browser fills forms again when one goes back.
  function isChanged(control) {
    if (control.type === "checkbox" || control.type === "radio") {
      return control.checked !== control.defaultChecked;
    }
    if (control.localName === "select") {
      const options = Array.from(control.options);
      const first = options.findIndex(function (option) {
        return option.defaultSelected;
      });
      return control.selectedIndex !== (first < 0 ? 0 : first);
    }
    return control.value !== control.defaultValue;
  }

  function isFilled(control) {
    return control.type === "checkbox" || control.type === "radio" ? control.checked : control.value !== "";
  }

  // The answer to a form that was refused, or that a login interrupted, shows what is stored nowhere.
  function isRefused(form) {
    return page.hasAttribute("data-typed") && new URL(form.action).pathname === location.pathname;
  }

  function isUnsaved(form) {
    return controls(form).some(isRefused(form) ? isFilled : isChanged);
  }

  // On the window, after all that stops a form from being sent.
  window.addEventListener("submit", function (event) {
    sent = event.defaultPrevented ? null : event.target;
  });

  // Whoever stays on the page and goes on writing has sent nothing.
  ["input", "pageshow"].forEach(function (name) {
    window.addEventListener(name, function () {
      sent = null;
    });
  });

  window.addEventListener("beforeunload", function (event) {
    const lost = forms.some(function (form) {
      return form !== sent && isUnsaved(form);
    });
    if (lost) {
      event.preventDefault();
    }
  });
})();

// The toolbox: the reason under a chip of the drawing, the number of ticks, printing. The pages work without it.
(function () {
  "use strict";

  document.querySelectorAll("[data-enhanced]").forEach(function (element) {
    element.hidden = false;
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-print]");
    if (button) {
      // “list” prints the list alone; “sheet”, as the browser's own printing, the drawing and then the list with the reasons.
      document.body.classList.toggle("print-list", button.dataset.print === "list");
      window.print();
    }
  });

  // What is folded is printed too: what others do, the bands, and where no role is chosen who takes part and why.
  let folds = [];
  window.addEventListener("beforeprint", function () {
    const all = document.querySelector(".plan-part") ? "" : ", .plan-who";
    folds = Array.from(document.querySelectorAll(".plan-others, .band, .chosen" + all)).filter(function (fold) {
      return !fold.open;
    });
    folds.forEach(function (fold) {
      fold.open = true;
    });
  });
  window.addEventListener("afterprint", function () {
    document.body.classList.remove("print-list");
    folds.forEach(function (fold) {
      fold.open = false;
    });
  });

  // A link to a question opens the fold around it, one to an activity of the plan the fold with who takes part and why.
  function unfold() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && (target.closest("details") || target.querySelector(":scope > .plan-who"));
    if (fold && !fold.open) {
      fold.open = true;
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  // Questions without an answer are left out of the address.
  document.querySelectorAll("#situation form").forEach(function (form) {
    form.addEventListener("formdata", function (event) {
      window.leaveOutEmpty(event.formData);
    });
  });

  const reason = document.getElementById("chip-reason");
  if (reason) {
    // The title, the role and why: a chip has them from the list, where they stand anyway.
    const name = function (chip) {
      const ids = chip.getAttribute("aria-labelledby");
      if (!ids) {
        return chip.querySelector("title").textContent;
      }
      const [title, part] = ids.split(" ").map(function (id) {
        return document.getElementById(id);
      });
      return title.textContent + ". " + part.querySelector("dt").textContent + ": " + part.querySelector("dd").textContent;
    };
    const show = function (event) {
      const chip = event.target.closest && event.target.closest(".op-chip, .op-gate");
      if (chip) {
        reason.textContent = name(chip);
        reason.lang = "da"; // as the drawing is
      }
    };
    reason.textContent = reason.dataset.empty;
    reason.hidden = false;
    document.addEventListener("focusin", show);
    document.addEventListener("mouseover", show);
  }

  const ticked = document.getElementById("tick-count");
  if (ticked) {
    const boxes = Array.from(document.querySelectorAll(".checklist input[type=checkbox]"));
    const count = function () {
      const done = boxes.filter(function (box) {
        return box.checked;
      }).length;
      ticked.textContent = ticked.dataset.ticked.replace("{n}", done).replace("{total}", boxes.length);
    };
    ticked.hidden = false;
    document.addEventListener("change", count);
    count();
  }
})();

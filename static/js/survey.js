// The survey's own words: their field shows where “other” is chosen. The pages work without it.
(function () {
  "use strict";

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
})();

// How many characters are left of a long text, counted by the design system; the words come from the template.
"use strict";

for (const group of document.querySelectorAll(".form-limit")) {
  const { left, over } = group.querySelector(".character-limit").dataset;
  new DKFDS.CharacterLimit(group, {
    character_remaining: left,
    characters_remaining: left,
    character_too_many: over,
    characters_too_many: over,
  }).init();
}

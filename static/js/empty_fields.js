// leaveOutEmpty(values): takes the empty values out of the data of a form, so that they stay out of the address.
// Several fields may have one name (a select per requirement): those of them that have a value stay.
window.leaveOutEmpty = function (values) {
  "use strict";

  for (const name of new Set(Array.from(values.keys()))) {
    const filled = values.getAll(name).filter(function (value) {
      return value !== "";
    });
    values.delete(name);
    filled.forEach(function (value) {
      values.append(name, value);
    });
  }
};

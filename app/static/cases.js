// Ticking cases: all of the page at once, a run of them with Shift, and how many are ticked.
(function () {
  "use strict";

  var form = document.getElementById("selected");
  if (!form) return;
  var boxes = Array.from(form.querySelectorAll("input[name=case_id]"));
  var all = form.querySelector("[data-tick-all]");
  var told = form.querySelector("[data-ticked]");
  var buttons = Array.from(form.querySelectorAll("button[name=deed]"));
  var last = null;

  function tell() {
    var number = boxes.filter(function (box) { return box.checked; }).length;
    all.checked = number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
    told.textContent = number ? told.dataset.tickedText.replace("{number}", String(number)) : "";
    buttons.forEach(function (button) { button.disabled = number === 0; });
  }

  all.addEventListener("change", function () {
    boxes.forEach(function (box) { box.checked = all.checked; });
    tell();
  });
  form.addEventListener("click", function (event) {
    var here = boxes.indexOf(event.target);
    if (here < 0) return;
    if (event.shiftKey && last !== null) {
      boxes.slice(Math.min(here, last), Math.max(here, last) + 1).forEach(function (box) {
        box.checked = event.target.checked;
      });
    }
    last = here;
    tell();
  });
  // A browser that goes back keeps what was ticked.
  window.addEventListener("pageshow", tell);
  tell();
})();

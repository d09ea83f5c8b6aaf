// The editor of messages: placeholders by a press or while typing, the letter in its frame, unsaved text.
(function () {
  "use strict";

  var form = document.getElementById("wording");
  if (!form) return;
  var said = document.getElementById("places-said");
  var places = Array.from(form.querySelectorAll("[data-place]"), function (button) {
    return { name: button.dataset.place, about: button.dataset.about };
  });
  var last = document.getElementById("body");

  // The letter

  function showLetter() {
    var button = document.getElementById("show-letter");
    // A frame that has just been made keeps no history: the back button leads off the page, as it should.
    if (button) form.requestSubmit(button);
  }
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target.id === "preview") showLetter();
  });
  showLetter();

  // Text that is not saved

  var changed = form.hasAttribute("data-unsaved");
  form.addEventListener("input", function (event) {
    if (event.target.matches("[data-places]")) changed = true;
  });
  form.addEventListener("submit", function (event) {
    if (!event.submitter || event.submitter.id !== "show-letter") changed = false;
  });
  window.addEventListener("beforeunload", function (event) {
    if (changed) event.preventDefault();
  });

  // Placeholders by a press

  function write(field, start, end, name) {
    field.focus();
    field.setRangeText("{" + name + "}", start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("focusin", function (event) {
    if (event.target.matches("[data-places]")) last = event.target;
  });
  form.addEventListener("click", function (event) {
    var button = event.target.closest("[data-place]");
    if (button) write(last, last.selectionStart, last.selectionEnd, button.dataset.place);
  });

  // Placeholders while typing

  var list = document.createElement("ul");
  list.className = "complete";
  list.id = "complete";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector("#places h2").textContent);
  list.hidden = true;
  var field = null;
  var chosen = 0;
  form.querySelectorAll("[data-places]").forEach(function (one) {
    one.setAttribute("aria-autocomplete", "list");
  });

  function begun() {
    if (!field || field.selectionStart !== field.selectionEnd) return null;
    var before = field.value.slice(0, field.selectionStart);
    var found = /\{([a-z0-9_]*)$/i.exec(before);
    return found ? { start: found.index, text: found[1].toLowerCase() } : null;
  }

  function close() {
    if (list.hidden) return;
    list.hidden = true;
    said.textContent = "";
    if (!field) return;
    field.removeAttribute("aria-activedescendant");
    field.removeAttribute("aria-controls");
  }

  function mark() {
    Array.from(list.children).forEach(function (item, number) {
      var here = number === chosen;
      item.setAttribute("aria-selected", String(here));
      if (here) item.scrollIntoView({ block: "nearest" });
    });
    field.setAttribute("aria-activedescendant", "complete-" + chosen);
  }

  function offer() {
    var part = begun();
    var fitting = part
      ? places.filter(function (place) { return place.name.includes(part.text); })
      : [];
    if (!fitting.length) return close();
    list.replaceChildren.apply(list, fitting.map(function (place, number) {
      var item = document.createElement("li");
      var name = document.createElement("code");
      item.id = "complete-" + number;
      item.dataset.name = place.name;
      item.setAttribute("role", "option");
      name.textContent = "{" + place.name + "}";
      item.append(name, " " + place.about);
      return item;
    }));
    field.after(list);
    list.hidden = false;
    field.setAttribute("aria-controls", "complete");
    said.textContent = said.dataset.one.replace("#", fitting.length);
    chosen = 0;
    mark();
  }

  function take() {
    var part = begun();
    var item = list.children[chosen];
    if (!part || !item) return close();
    var end = field.selectionStart + (field.value[field.selectionStart] === "}" ? 1 : 0);
    var target = field;
    close();
    write(target, part.start, end, item.dataset.name);
  }

  form.addEventListener("input", function (event) {
    if (!event.target.matches("[data-places]")) return;
    field = event.target;
    offer();
  });
  form.addEventListener("keydown", function (event) {
    if (list.hidden || event.target !== field || event.isComposing) return;
    var count = list.children.length;
    if (event.key === "ArrowDown") chosen = (chosen + 1) % count;
    else if (event.key === "ArrowUp") chosen = (chosen + count - 1) % count;
    else if (event.key === "Enter" || event.key === "Tab") take();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    if (!list.hidden) mark();
  });
  // Not a click: that would come after the field has lost the focus.
  list.addEventListener("mousedown", function (event) {
    var item = event.target.closest("li");
    if (!item) return;
    event.preventDefault();
    chosen = Array.from(list.children).indexOf(item);
    take();
  });
  form.addEventListener("focusout", function (event) {
    if (event.target === field) close();
  });
})();

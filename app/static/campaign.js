// A campaign's channels: who gets another's place gives up their own for it, and the list stands in its order.
(function () {
  "use strict";

  var list = document.querySelector(".channel-list");
  if (!list) return;
  var places = Array.from(list.querySelectorAll("select"));
  var before = new Map();

  function keep() {
    places.forEach(function (place) { before.set(place, place.value); });
  }
  function sort() {
    places
      .slice()
      .sort(function (one, other) { return Number(one.value) - Number(other.value); })
      .forEach(function (place) { list.append(place.closest("li")); });
  }

  list.addEventListener("change", function (event) {
    if (!before.has(event.target)) return;
    var other = places.find(function (place) {
      return place !== event.target && place.value === event.target.value;
    });
    if (other) other.value = before.get(event.target);
    keep();
    sort();
    event.target.focus();
  });
  // A browser that goes back keeps what was chosen.
  window.addEventListener("pageshow", function () {
    keep();
    sort();
  });
  keep();
})();

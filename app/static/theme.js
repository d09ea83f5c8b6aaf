// Sets light or dark before the page is painted. "system", the default, follows the machine.
(function () {
  "use strict";
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function choice() {
    try {
      return window.localStorage.getItem("theme") || "system";
    } catch (refused) {
      return "system";
    }
  }

  function apply() {
    var chosen = choice();
    var theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("theme", { detail: chosen }));
  }

  window.theme = {
    choice: choice,
    choose: function (chosen) {
      try {
        window.localStorage.setItem("theme", chosen);
      } catch (refused) {
        // A browser that keeps nothing follows the system.
      }
      apply();
    },
  };
  document.documentElement.classList.add("scripted");
  dark.addEventListener("change", apply);
  apply();
})();

// What the merchant's pages do beside being read: menus, the theme's buttons, the chart, the refresh.
(function () {
  "use strict";

  // htmx carries the CSRF token with every request.
  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  });

  // A page nobody looks at asks for nothing.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden) event.preventDefault();
  });

  // The session may have ended meanwhile: then the answer is another page, and the whole page goes there.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target;
    if (event.detail.xhr.status === 200 && !event.detail.serverResponse.includes('id="' + target.id + '"')) {
      event.preventDefault();
      window.location.reload();
    }
  });

  // Whoever is marking text there keeps it; the figures wait for the next time.
  document.addEventListener("htmx:beforeRequest", function (event) {
    var marked = window.getSelection();
    if (marked && !marked.isCollapsed && event.detail.elt.contains(marked.anchorNode)) event.preventDefault();
  });

  // What was unfolded or scrolled stays so after a refresh, and the focus stays on what it was on.
  var focusable = "a, button, summary, [tabindex]";
  var unfolded = [];
  var scrolled = [];
  var focused = null;
  var seen = null;
  function headingIn(target, wanted) {
    return Array.from(target.querySelectorAll("h2, h3")).find(wanted);
  }
  function nameOf(part) {
    return [part.tagName, part.closest("[id]").id, part.getAttribute("href"), part.textContent.trim()].join(" ");
  }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var active = document.activeElement;
    var first = headingIn(event.detail.target, function (one) { return one.getBoundingClientRect().bottom > 0; });
    seen = first ? [nameOf(first), first.getBoundingClientRect().top] : null;
    focused = active !== event.detail.target && event.detail.target.contains(active) ? nameOf(active) : null;
    unfolded = Array.from(document.querySelectorAll("details[open][id]"), function (one) { return one.id; });
    scrolled = Array.from(event.detail.target.querySelectorAll("[tabindex][id]"), function (one) {
      return [one.id, one.scrollLeft];
    });
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    unfolded.forEach(function (id) {
      var one = document.getElementById(id);
      if (one) one.open = true;
    });
    scrolled.forEach(function (place) {
      var one = document.getElementById(place[0]);
      if (one) one.scrollLeft = place[1];
    });
    var parts = Array.from(document.getElementById(event.detail.target.id).querySelectorAll(focusable));
    var part = focused === null ? null : parts.find(function (one) { return nameOf(one) === focused; });
    if (part) part.focus({ preventScroll: true });
    drawCharts();
    // The first heading in sight stays where it was, whatever has grown above it.
    var same = seen === null ? null : headingIn(document.getElementById(event.detail.target.id), function (one) {
      return nameOf(one) === seen[0];
    });
    if (same) window.scrollBy({ top: same.getBoundingClientRect().top - seen[1], behavior: "instant" });
  });

  // A menu closes when the reader turns elsewhere.
  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  function showTheme() {
    document.querySelectorAll("[data-theme-choice]").forEach(function (button) {
      var chosen = button.dataset.themeChoice === window.theme.choice();
      button.setAttribute("aria-pressed", String(chosen));
      button.classList.toggle("active", chosen);
    });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-theme-choice]");
    if (button) window.theme.choose(button.dataset.themeChoice);
  });
  document.addEventListener("theme", function () {
    showTheme();
    drawCharts();
  });

  // Without the clipboard, which browsers keep to safe addresses, the text is marked to be copied by hand.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) return;
    var source = document.getElementById(button.dataset.copy);
    var told = document.getElementById(button.dataset.copy + "-told");
    function tell(text) {
      told.textContent = text;
    }
    source.select();
    if (!navigator.clipboard) {
      tell(button.dataset.marked);
      return;
    }
    navigator.clipboard.writeText(source.value).then(
      function () { tell(button.dataset.copied); },
      function () { tell(button.dataset.marked); }
    );
  });

  function colour(name) {
    return window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function drawCharts() {
    if (!window.Chart) return;
    document.querySelectorAll("canvas[data-weeks]").forEach(function (canvas) {
      var before = window.Chart.getChart(canvas);
      if (before) before.destroy();
      new window.Chart(canvas, settings(JSON.parse(canvas.dataset.weeks)));
    });
  }

  function settings(weeks) {
    var text = colour("--chart-text");
    var ticks = { color: text, precision: 0, maxRotation: 0, autoSkipPadding: 12 };
    var axis = { stacked: true, border: { display: false }, ticks: ticks };
    return {
      type: "bar",
      data: {
        labels: weeks.labels,
        datasets: weeks.series.map(function (one) {
          return {
            label: one.label,
            data: one.values,
            backgroundColor: colour("--chart-" + one.tone),
            borderColor: colour("--chart-ground"),
            borderWidth: { top: 1 },
            maxBarThickness: 44,
          };
        }),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        scales: {
          x: Object.assign({ grid: { display: false } }, axis),
          y: Object.assign({ grid: { color: colour("--chart-line") }, beginAtZero: true }, axis),
        },
        plugins: {
          legend: { display: false },
          tooltip: { mode: "index", intersect: false },
        },
      },
    };
  }

  showTheme();
  drawCharts();
})();

/* The console's own script: menu on small screens, the browser's zone, and figures that grow old. */
(function () {
  "use strict";

  var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && document.cookie.indexOf("holdfast-zone=" + zone) < 0) {
    var path = location.pathname.replace(/^(\/[^/]+\/).*$/, "$1");
    document.cookie = "holdfast-zone=" + zone + "; path=" + path + "; max-age=31536000; samesite=lax";
  }

  function toggleMenu(open) {
    var button = document.getElementById("menu");
    document.body.classList.toggle("hf-menu-open", open);
    button.setAttribute("aria-expanded", String(open));
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("#menu")) {
      toggleMenu(!document.body.classList.contains("hf-menu-open"));
    } else if (document.body.classList.contains("hf-menu-open") && !event.target.closest("#navigation")) {
      toggleMenu(false);
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && document.body.classList.contains("hf-menu-open")) {
      toggleMenu(false);
      document.getElementById("menu").focus();
    }
  });

  /* Age is counted from when the figures reached this browser, so that its clock may be wrong. */
  setInterval(function () {
    document.querySelectorAll("[data-stale-after]").forEach(function (element) {
      var seen = Number(element.dataset.seen || 0);
      if (!seen) {
        element.dataset.seen = String(Date.now());
      } else if (Date.now() - seen > Number(element.dataset.staleAfter) * 1000 && !element.dataset.told) {
        element.dataset.told = "1";
        var hint = document.createElement("span");
        hint.className = "hf-status hf-tone-warning hf-stale";
        hint.setAttribute("role", "status");
        hint.textContent = element.dataset.stale;
        element.append(" ", hint);
      }
    });
  }, 5000);
})();

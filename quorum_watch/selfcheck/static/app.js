"use strict";
// What script adds, and nothing the page needs: dropping a file, printing with the reasons open, the home screen.
(function () {
  var form = document.querySelector("form.ask");
  var file = document.getElementById("file");
  if (form && file) {
    ["dragenter", "dragover"].forEach(function (name) {
      form.addEventListener(name, function (event) { event.preventDefault(); form.classList.add("drop"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      form.addEventListener(name, function () { form.classList.remove("drop"); });
    });
    form.addEventListener("drop", function (event) {
      if (event.dataTransfer && event.dataTransfer.files.length === 1) {
        event.preventDefault();
        file.files = event.dataTransfer.files;
        var more = file.closest("details");
        if (more) { more.open = true; }
        if (form.reportValidity()) { form.requestSubmit(); }
      }
    });
  }
  var print = document.querySelector("button.print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".answer details").forEach(function (one) { one.open = true; });
  });
  var headline = document.getElementById("headline");
  if (headline) { headline.setAttribute("tabindex", "-1"); headline.focus(); }
  if ("serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register("/static/worker.js", { scope: "/" }).catch(function () {});
  }
}());

"use strict";
// Keeps the look of the page and one sentence for when there is no connection; never an answer, never what was pasted.
var KEPT = "check-1";
var FILES = ["/offline", "/static/app.css", "/static/icon.svg"];
self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEPT).then(function (cache) { return cache.addAll(FILES); }));
});
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (n) { return n !== KEPT; }).map(function (n) { return caches.delete(n); }));
  }));
});
self.addEventListener("fetch", function (event) {
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(function () { return caches.match("/offline"); }));
  } else if (event.request.method === "GET" && FILES.indexOf(new URL(event.request.url).pathname) > 0) {
    event.respondWith(caches.match(event.request).then(function (hit) { return hit || fetch(event.request); }));
  }
});

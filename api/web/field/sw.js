// Lets the page open without a network: its files, and nothing anybody has said or written.

const MARK = "@MARK@";
const FILES = "@FILES@".split(" ");

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(MARK).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== MARK).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (!address.pathname.startsWith("/field/") && !address.pathname.startsWith("/static/")) return;
  const kept = event.request.mode === "navigate" ? "/field/" : event.request;
  const isPage = event.request.mode === "navigate";
  event.respondWith(
    caches.match(kept, { cacheName: MARK }).then((held) => {
      if (held && !isPage) return held;
      return fetch(event.request).catch(() => held ?? Response.error());
    }),
  );
});

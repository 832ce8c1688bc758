"use strict";

// Loaded anew only when a message has come: whoever reads, selects or tabs is not disturbed.
const newest = document.querySelector("[data-newest]").dataset.newest;

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/v1/inbox?limit=1");
    const { messages } = await answer.json();
    if ((messages[0]?.id ?? "") !== newest) location.reload();
  } catch {
    // The service is away; the next look may find it.
  }
}

setInterval(look, 2000);
document.addEventListener("visibilitychange", look);

"use strict";

// A field of files that speaks the language of the page, which a browser's own does not. Without
// this script the browser's own is there, and the form works as well.

for (const form of document.querySelectorAll("form.upload")) {
  const [input, told, error] = ["input", "output", ".error"].map((each) => form.querySelector(each));
  const tell = () => { told.textContent = input.files[0]?.name ?? form.dataset.nothing; };
  form.classList.add("spoken");
  form.noValidate = true;
  input.addEventListener("change", () => {
    tell();
    error.textContent = "";
  });
  form.addEventListener("submit", (event) => {
    if (input.files.length) return;
    event.preventDefault();
    error.textContent = form.dataset.missing;
    input.focus();
  });
  // A browser that goes back may bring the file along.
  window.addEventListener("pageshow", tell);
  tell();
}

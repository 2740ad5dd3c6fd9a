// Loads the page anew when something has happened in the meeting, but never while a form is being filled in.
const PAUSE_MILLISECONDS = 3000;
const shown = document.querySelector("[data-version]").dataset;
let isTouched = false;
document.addEventListener("input", () => { isTouched = true; });
document.addEventListener("submit", () => { isTouched = true; });

async function look() {
  try {
    const answer = await fetch(shown.address, { cache: "no-store" });
    if (answer.ok) {
      const found = (await answer.json()).version;
      if (found !== shown.version && !isTouched) {
        window.location.reload();
        return;
      }
    }
  } catch {
    // Without the network the page stays as it is; the next look tells.
  }
  window.setTimeout(look, PAUSE_MILLISECONDS);
}

look();

// Loads the page anew when something has happened in the meeting, but never while a form is being filled in.
const PAUSE_MILLISECONDS = 3000;
const shown = document.querySelector("[data-version]").dataset;
const SENDING_MILLISECONDS = 10000;
let isTouched = false;
let sendingUntil = 0;
document.addEventListener("input", () => { isTouched = true; });
// A form may be answered by a file, and then this page stays: it waits, and looks again.
document.addEventListener("submit", () => {
  isTouched = false;
  sendingUntil = Date.now() + SENDING_MILLISECONDS;
});

async function look() {
  try {
    const answer = await fetch(shown.address, { cache: "no-store" });
    if (answer.ok) {
      const found = (await answer.json()).version;
      if (found !== shown.version && !isTouched && Date.now() > sendingUntil) {
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

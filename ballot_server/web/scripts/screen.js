// Keeps the projector's page up to date, and says so when it cannot.
const PAUSE_MILLISECONDS = 3000;
const main = document.querySelector("main");
const lost = document.querySelector("[data-lost]");
let answered = new Date();

async function refresh() {
  try {
    const answer = await fetch(`/api/screen${window.location.search}`, { cache: "no-store" });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    if (fresh.textContent !== main.textContent) {
      main.replaceChildren(...Array.from(fresh.childNodes).map((node) => document.importNode(node, true)));
    }
    answered = new Date();
    lost.hidden = true;
  } catch {
    lost.querySelector("time").textContent = answered.toLocaleTimeString("vi");
    lost.hidden = false;
  }
  window.setTimeout(refresh, PAUSE_MILLISECONDS);
}

window.setTimeout(refresh, PAUSE_MILLISECONDS);

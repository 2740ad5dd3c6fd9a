// Keeps the projector's page up to date, says so when it cannot, and turns the pages of a result.
const PAUSE_MILLISECONDS = 3000;
// So many pauses pass before the next page of a result is shown.
const PAUSES_A_PAGE = 4;
const main = document.querySelector("main");
const lost = document.querySelector("[data-lost]");
let answered = new Date();
let page = 0;
let pauses = 0;
let stopped = false;

function showPage(next) {
  const slides = Array.from(main.querySelectorAll("[data-slide]"));
  page = slides.length === 0 ? 0 : (next + slides.length) % slides.length;
  pauses = 0;
  document.body.classList.toggle("turning", slides.length > 0);
  slides.forEach((slide, place) => {
    slide.hidden = place !== page;
  });
  if (slides.length > 0) {
    fitLetters(slides[page]);
  }
}

// Texts that do not fit on the screen at the size of all others are set smaller.
function fitLetters(slide) {
  for (const size of ["", "min(3.5vh, 4.4vw)", "min(3vh, 3.8vw)", "min(2.5vh, 3.2vw)", "min(2vh, 2.6vw)"]) {
    slide.style.fontSize = size;
    if (slide.scrollHeight <= slide.clientHeight + 1) {
      return;
    }
  }
}

function turnPage() {
  pauses += 1;
  if (!stopped && pauses >= PAUSES_A_PAGE) {
    showPage(page + 1);
  }
}

async function refresh() {
  try {
    const answer = await fetch(`/api/screen${window.location.search}`, { cache: "no-store" });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    if (fresh.textContent !== main.textContent) {
      main.replaceChildren(...Array.from(fresh.childNodes).map((node) => document.importNode(node, true)));
      stopped = false;
      showPage(0);
    }
    answered = new Date();
    lost.hidden = true;
  } catch {
    lost.querySelector("time").textContent = answered.toLocaleTimeString("vi");
    lost.hidden = false;
  }
  turnPage();
  window.setTimeout(refresh, PAUSE_MILLISECONDS);
}

window.addEventListener("resize", () => showPage(page));
document.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
  if (step !== undefined) {
    showPage(page + step);
  } else if (event.key === " ") {
    stopped = !stopped;
  } else {
    return;
  }
  event.preventDefault();
});

showPage(0);
window.setTimeout(refresh, PAUSE_MILLISECONDS);

// Sends reports one by one as they are dropped or chosen, says what became of each, and shows the new figures.
const form = document.querySelector("form.drop");
const field = form.querySelector("input[type=file]");
const progress = document.querySelector("#progress");
const status = progress.querySelector("[role=status]");
const bar = progress.querySelector("progress");
const list = progress.querySelector("ul");
const again = progress.querySelector("button");
const words = form.dataset;
const waiting = [];
let failed = [];
let sent = 0;
let isSending = false;

function write(sentence, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), sentence);
}

function addLine(name, answer) {
  const line = document.createElement("li");
  const title = document.createElement("p");
  title.append(Object.assign(document.createElement("strong"), { textContent: name }));
  const sentence = document.createElement("p");
  sentence.className = answer.state === "counted" ? "good" : "warning";
  sentence.textContent = `${answer.sentence} ${answer.next_step}`.trim();
  line.append(title, sentence);
  list.prepend(line);
}

async function sendFile(file) {
  if (file.size > Number(words.largest)) {
    return { state: "left_out", sentence: words.large, next_step: "" };
  }
  const body = new FormData();
  body.append("form_mark", form.elements.form_mark.value);
  body.append("files", file, file.name);
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) {
    throw new Error(String(answer.status));
  }
  return answer.json();
}

function showProgress() {
  const all = sent + waiting.length;
  progress.hidden = false;
  bar.max = all;
  bar.value = sent;
  status.textContent = waiting.length > 0
    ? write(words.sending, { done: sent, all })
    : write(words.done, { all, failed: failed.length });
  again.hidden = waiting.length > 0 || failed.length === 0;
}

async function showFigures() {
  const answer = await fetch(window.location.href, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#shown");
  if (answer.ok && fresh !== null) {
    document.querySelector("#shown").replaceWith(document.importNode(fresh, true));
  }
}

async function sendAll() {
  if (isSending) {
    return;
  }
  isSending = true;
  while (waiting.length > 0) {
    showProgress();
    const file = waiting[0];
    try {
      const answer = await sendFile(file);
      addLine(answer.name ?? file.name, answer);
    } catch {
      failed.push(file);
      addLine(file.name, { state: "failed", sentence: words.failed, next_step: "" });
    }
    waiting.shift();
    sent += 1;
  }
  isSending = false;
  showProgress();
  try {
    await showFigures();
  } catch {
    // Without the network the figures stay as they are; each line above says what became of its file.
  }
}

function take(files) {
  if (!isSending) {
    sent = 0;
    failed = [];
    list.replaceChildren();
  }
  waiting.push(...files);
  if (waiting.length > 0) {
    sendAll();
  }
}

// A folder that was dropped counts for the reports in it.
async function listEntry(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    return [file];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const part = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (part.length === 0) {
      return found.filter((file) => file.name.endsWith(".json"));
    }
    for (const each of part) {
      found.push(...await listEntry(each));
    }
  }
}

async function listDropped(transfer) {
  const entries = Array.from(transfer.items ?? [], (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) {
    return Array.from(transfer.files);
  }
  const found = [];
  for (const entry of entries) {
    found.push(...await listEntry(entry));
  }
  return found;
}

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) {
    form.classList.remove("over");
  }
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  form.classList.remove("over");
  take(await listDropped(event.dataTransfer));
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  take(Array.from(field.files));
  field.value = "";
});
field.addEventListener("change", () => {
  take(Array.from(field.files));
  field.value = "";
});
again.addEventListener("click", () => { take(failed); });

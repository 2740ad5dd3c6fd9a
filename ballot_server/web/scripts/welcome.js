// Takes a link's code out of the address's fragment, so that nobody types it and it stays in no history.
const field = document.querySelector("input[name=code]");

function takeCode() {
  const code = decodeURIComponent(window.location.hash.slice(1));
  if (field && /^[0-9A-Za-z-]{16,24}$/.test(code)) {
    field.value = code;
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
  }
}

takeCode();
// A link opened in a tab that shows this page already changes nothing but the fragment.
window.addEventListener("hashchange", takeCode);

// Small comforts. Whatever matters works without them.
"use strict";

// The zone of this machine, for the times in the pages.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; secure" : "";
if (zone) {
  document.cookie = `plaxe_zone=${zone}; path=${document.body.dataset.base}; max-age=31536000; samesite=lax${secure}`;
}

// What was done is told at the edge and goes again by itself; what went wrong stays until it is read.
const QUICK = 6000, UNDOABLE = 12000;

function settle(message) {
  const button = document.createElement("button");
  button.className = "dismiss";
  button.type = "button";
  button.ariaLabel = document.body.dataset.dismiss;
  button.textContent = "×";
  button.addEventListener("click", () => dismiss(message));
  message.append(button);
  if (message.matches(".error, .warning")) return;
  let timer;
  const wait = () => { timer = setTimeout(() => dismiss(message), message.querySelector("form") ? UNDOABLE : QUICK); };
  const stay = () => clearTimeout(timer);
  for (const kind of ["mouseenter", "focusin"]) message.addEventListener(kind, stay);
  for (const kind of ["mouseleave", "focusout"]) message.addEventListener(kind, wait);
  wait();
}

function dismiss(message) {
  message.classList.add("leaving");
  setTimeout(() => message.remove(), 250);
}

function settleAll() {
  for (const message of document.querySelectorAll("#messages > .message:not(:has(> .dismiss))")) settle(message);
}

function complain(words) {
  const message = document.createElement("div");
  message.className = "message error";
  message.append(Object.assign(document.createElement("p"), { textContent: words }));
  document.getElementById("messages").append(message);
  settle(message);
}

settleAll();
document.addEventListener("htmx:afterSettle", settleAll);
document.addEventListener("htmx:sendError", () => complain(document.body.dataset.unreachable));

// A form is sent once, however often it is clicked.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.ariaBusy === "true") event.preventDefault();
  else if (form.method === "post") form.ariaBusy = "true";
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (!form || event.detail.requestConfig.verb === "get") return;
  if (form.dataset.sending) event.preventDefault();
  form.dataset.sending = "yes";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) { delete form.dataset.sending; form.ariaBusy = "false"; }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.ariaBusy = "false";
});

// An address is copied where it stands; without script it is there to be selected.
async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {  // plain http knows no clipboard
    document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.querySelector("span"), before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    words.textContent = button.dataset.copied;
    setTimeout(() => { words.textContent = before; }, 2500);
  });
}

// When what one was in has been replaced, the keyboard goes on in its place.
let within = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  within = event.detail.target.contains(document.activeElement) ? event.detail.target.id : "";
});
document.addEventListener("htmx:afterSettle", () => {
  const place = within && document.activeElement === document.body && document.getElementById(within);
  within = "";
  if (place) (place.querySelector("a[href], button, summary, input") ?? place).focus({ preventScroll: true });
});

// The desk's comforts. Every page works without this file.
"use strict";

// The township list shows the chosen county's townships only; choosing a township names its county.
function narrowTownships(county) {
  const township = document.getElementById(county.dataset.counties);
  if (!township) return;
  const groups = [...township.querySelectorAll("optgroup")];
  const narrow = () => {
    const chosen = township.selectedOptions[0];
    for (const group of groups) group.remove();
    for (const group of groups) {
      if (!county.value || group.dataset.county === county.value) township.append(group);
    }
    if (chosen && chosen.isConnected) chosen.selected = true;
    else township.value = "";
  };
  county.addEventListener("change", narrow);
  township.addEventListener("change", () => {
    const group = township.selectedOptions[0]?.closest("optgroup");
    if (group && !county.value) {
      county.value = group.dataset.county;
      narrow();
    }
  });
  narrow();
}

// Ready phrases: a tap puts the phrase into the field.
function offerPhrases(box) {
  const field = document.getElementById(box.dataset.phrases);
  if (!field) return;
  box.hidden = false;
  box.addEventListener("click", (event) => {
    const phrase = event.target.closest("button");
    if (!phrase) return;
    field.value = phrase.textContent.trim();
    field.focus();
  });
}

// j and k go through the list; other keys press or focus what carries them.
function listenForKeys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.target.closest("input,select,textarea,[contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  const aim = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!aim) return;
  event.preventDefault();
  if (aim.matches("button")) aim.click();
  else aim.focus();
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
  const at = rows.findIndex((row) => row.classList.contains("on"));
  const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  rows[to]?.querySelector("a")?.click();
}

// A form is sent once, however often it is tapped; files may be fetched again.
function sendOnce(event) {
  const form = event.target;
  if (form.method !== "post" || "again" in form.dataset) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
}

// Coming back to a page by the browser's history makes its forms usable again.
function wakeForms(event) {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
  for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
}

// A file that the house would refuse for its size is not sent at all.
function measureFile(input) {
  const measure = () => {
    const over = input.files.length > 0 && input.files[0].size > Number(input.dataset.bytesMax);
    input.setCustomValidity(over ? input.dataset.tooLarge : "");
  };
  input.addEventListener("change", measure);
  measure();
}

function offerCopy(button) {
  const text = document.getElementById(button.dataset.copy);
  if (!text || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    button.textContent = button.dataset.copied;
  });
}

// A list that changes by itself is fetched again until nothing in it moves; what has the focus keeps it.
function followList(id) {
  const list = document.getElementById(id);
  const ms = Number(list?.dataset.again);
  if (!ms) return;
  setTimeout(async () => {
    if (!document.hidden && !list.querySelector("form[data-sent]")) {
      try {
        const answer = await fetch(location.pathname);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const now = answer.ok && !answer.redirected && page.getElementById(id);
        if (now && !list.querySelector("form[data-sent]")) {
          const focused = list.contains(document.activeElement) && document.activeElement.id;
          list.replaceWith(now);
          if (focused) document.getElementById(focused)?.focus();
        }
      } catch {
        // Out of reach for now; asked again.
      }
    }
    followList(id);
  }, ms);
}

for (const county of document.querySelectorAll("[data-counties]")) narrowTownships(county);
for (const box of document.querySelectorAll("[data-phrases]")) offerPhrases(box);
for (const input of document.querySelectorAll("[data-bytes-max]")) measureFile(input);
for (const button of document.querySelectorAll("[data-copy]")) offerCopy(button);
for (const list of document.querySelectorAll("[data-again]")) followList(list.id);
for (const select of document.querySelectorAll("[data-go]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
document.addEventListener("keydown", listenForKeys);
document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", wakeForms);
document.querySelector("[data-rows] tr.on")?.scrollIntoView({ block: "nearest" });

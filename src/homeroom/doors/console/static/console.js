// What the console does beyond plain HTML; without it every page still works. No evaluation, no inline handler: the policy forbids both.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const made = (id) => one(`template#${id}`).content.firstElementChild.cloneNode(true);

  // The current tab into view, for browsers without scroll-initial-target; the result of a form takes the focus.
  const tab = one(".tabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
  const result = one("[data-focus]");
  if (result) result.focus();

  // A table that must be scrolled sideways can be reached by the keyboard.
  const reachable = () => all(".table-scroll").forEach((box) => {
    if (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) return;
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", (one("caption", box) || box).textContent.trim().slice(0, 80));
  });
  reachable();
  document.addEventListener("htmx:afterSettle", reachable);

  // Parts that refresh themselves: <... data-live hx-get="..." hx-trigger="every 30s" hx-swap="outerHTML">.
  let paused = false;
  const quiet = () => paused || document.hidden;
  const ask = () => all("[data-live]").forEach((part) => window.htmx && htmx.trigger(part, "refresh"));
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt.closest("[data-live]");
    if (part === event.detail.elt && quiet()) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => { if (!quiet()) ask(); });
  document.addEventListener("click", (event) => {
    const pause = event.target.closest("[data-pause]");
    if (!pause) return;
    event.preventDefault();
    paused = !paused;
    [pause.dataset.pause, pause.textContent] = [pause.textContent, pause.dataset.pause];
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) ask();
  });

  // Open <details> stay open, and rows do not move under the pointer or the focus: a line says how many are new.
  const rows = (root) => new Set(all("[data-row]", root).map((row) => row.id));
  const show = (part, html) => {
    const open = new Set(all("details[open]", part).map((each) => each.id));
    const place = [window.scrollX, window.scrollY];
    const id = part.id;
    htmx.swap(part, html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });
    const now = id && document.getElementById(id);
    if (now) all("details[id]", now).forEach((each) => { each.open = open.has(each.id); });
    window.scrollTo(...place);
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (!part.matches("[data-live]") || event.detail.xhr.status !== 200) return;
    const html = event.detail.xhr.responseText;
    const before = rows(part);
    const fresh = [...rows(new DOMParser().parseFromString(html, "text/html"))].filter((id) => !before.has(id)).length;
    event.detail.shouldSwap = false;
    all("[data-waiting]", part).forEach((line) => line.remove());
    if (!fresh || !part.matches(":hover, :focus-within")) { show(part, html); return; }
    const line = made("rows-wait");
    line.dataset.waiting = "";
    const button = one("button", line);
    button.textContent = button.textContent.replace("#", String(fresh));
    button.addEventListener("click", () => show(part, html));
    part.prepend(line);
  });

  // A part that could not be loaded says so, and can be asked for again.
  const failed = (event) => {
    const part = event.detail.elt;
    if (!part.hasAttribute("hx-get") || one("[data-failed]", part)) return;
    const line = made("part-failed");
    line.dataset.failed = "";
    one("button", line).addEventListener("click", () => { line.remove(); htmx.trigger(part, "refresh"); });
    part.prepend(line);
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // Files dropped on a field are put into it.
  all("[data-drop]").forEach((zone) => {
    const field = one("input[type=file]", zone);
    zone.addEventListener("dragover", (event) => { event.preventDefault(); field.classList.add("border-primary"); });
    zone.addEventListener("dragleave", () => field.classList.remove("border-primary"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      field.classList.remove("border-primary");
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  // Rows and minutes of 90 days, drawn from the table beneath: the policy allows no data in scripts, and without one the table is there.
  all("[data-chart]").forEach((place) => {
    const table = document.getElementById(place.dataset.chart);
    if (!window.uPlot || !table) return;
    const resolved = (name) => { place.style.color = `var(${name})`; const made = getComputedStyle(place).color; place.style.color = ""; return made; };
    const seconds = (day) => Date.parse(`${day}T12:00:00Z`) / 1000;
    const known = new Map(all("[data-day]", table).map((row) => [row.dataset.day, row.dataset]));
    const days = [];
    for (let at = seconds(table.dataset.first); at <= seconds(table.dataset.last); at += 86400) days.push(at);
    const of = (name) => days.map((at) => { const day = known.get(new Date(at * 1000).toISOString().slice(0, 10)); return day ? Number(day[name]) : null; });
    const heads = all("thead th", table).map((head) => head.textContent);
    const [text, line, blue, brown] = ["--tblr-secondary", "--tblr-border-color", "--run", "--warn"].map(resolved);
    const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const sizes = () => ({ width: place.clientWidth - 40, height: 220 });
    const chart = new uPlot({
      ...sizes(),
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
      scales: { rows: { range: (u, low, high) => [0, high || 1] }, minutes: { range: (u, low, high) => [0, high || 1] } },
      axes: [axis, { ...axis, scale: "rows", size: 70 }, { ...axis, scale: "minutes", side: 1, grid: { show: false } }],
      legend: { live: false },
      series: [
        { label: heads[0] },
        { label: heads[2], scale: "rows", stroke: blue, fill: blue, paths: uPlot.paths.bars({ size: [0.6, 40] }), points: { show: false } },
        { label: heads[3], scale: "minutes", stroke: brown, width: 2, spanGaps: true },
      ],
    }, [days, of("rows"), of("minutes")], place);
    one(".u-legend", place).setAttribute("role", "presentation"); // uPlot makes a table of it that says nothing; the real one is beneath
    window.addEventListener("resize", () => chart.setSize(sizes()));
  });

  // Keys; off in fields, and where the account says so.
  if (document.body.dataset.keys === "off") return;
  const link = (path) => all(".tabs a").find((a) => a.getAttribute("href").endsWith(path));
  const places = { d: () => "/", h: () => "/holds", i: () => (link("/imports") || {}).href || "/imports" };
  const lines = () => all("[data-row], .rows > li.need, .table tbody tr").filter((row) => one("a[href]", row));
  let first = "";
  let at = -1;
  const step = (by) => {
    const found = lines();
    if (!found.length) return;
    const focused = found.findIndex((row) => row.contains(document.activeElement));
    at = Math.min(Math.max((focused < 0 ? (by > 0 ? -1 : found.length) : focused) + by, 0), found.length - 1);
    one("a[href]", found[at]).focus();
  };
  const act = () => {
    const row = document.activeElement.closest("[data-row], li.need, tr");
    const button = row && one(".btn", row);
    if (button) button.click();
  };
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, textarea, select, [contenteditable]");
    if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    if (first === "g" && places[event.key]) { first = ""; location.assign(places[event.key]()); return; }
    first = event.key === "g" ? "g" : "";
    const find = one("#find");
    const done = { "/": () => find && find.focus(), j: () => step(1), k: () => step(-1), ".": act, "?": () => location.assign("/help#keys") }[event.key];
    if (!done) return;
    event.preventDefault();
    done();
  });
})();

// Knows whether the page is alive, and says so when it is not: a page whose server is gone must
// never look as if all were well.
//
// The server speaks at least every 10 seconds. After 25 seconds without a word the page turns grey
// and says since when. A page that was hidden or asleep is grey until the next word.

const SILENT_MS = 25_000;
const LOOK_EVERY_MS = 1_000;
const ASLEEP_MS = 5_000; // a timer this late: the machine slept, or the tab was frozen

export function watch() {
  const stream = document.getElementById("stream");
  if (!stream) return;
  const root = document.documentElement;
  let heardAt = Date.now();
  let lookedAt = heardAt;
  let asOf = readAsOf();

  function hear() {
    heardAt = Date.now();
    asOf = readAsOf();
    show("live");
  }

  function look() {
    const now = Date.now();
    if (now - lookedAt > ASLEEP_MS && root.dataset.connection === "live") show("waiting");
    lookedAt = now;
    if (now - heardAt > SILENT_MS) show("lost");
  }

  function show(state) {
    if (root.dataset.connection === state) return;
    root.dataset.connection = state;
    const banner = document.getElementById("lost");
    banner.hidden = state !== "lost";
    banner.textContent = state === "lost" ? banner.dataset.text.replace("[TIME]", asOf) : "";
  }

  stream.addEventListener("ping", hear);
  document.addEventListener("htmx:sse:after:message", hear);

  // A session that ended, or a home that is no longer ours: the server answers 401 or 404, and a
  // new load of the page leads to the sign-in or says so.
  document.addEventListener("htmx:sse:error", (event) => leave(event.detail?.status));
  document.addEventListener("htmx:response:error", (event) =>
    leave(event.detail?.ctx?.response?.status),
  );

  // A hidden tab closes its stream to free the connection.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      show("waiting");
      heardAt = Date.now();
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  setInterval(look, LOOK_EVERY_MS);
}

function leave(status) {
  if (status === 401 || status === 404) location.reload();
}

function readAsOf() {
  return document.getElementById("freshness")?.dataset.asOf ?? "";
}

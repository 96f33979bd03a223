// Entry of the dashboard's script: htmx 4.0.1 with its hx-sse extension, and our own watch.
//
// Pages work without it; it makes them live. What was learned from htmx's source:
//
// * includeIndicatorCSS makes a style element, which our policy forbids, and is read before this
//   module runs: the page sets it in <meta name="htmx-config">. All other settings may be set here,
//   because elements are processed after DOMContentLoaded.
// * The extension reads, for each stream: its defaults, then htmx.config.sse, then hx-config.
// * A stream is <div hx-sse:connect="/url" hx-trigger="load, every 10s">. The repeated trigger is
//   what tries again if the very first connection fails; it opens no second stream.
// * Messages without an event name are swapped; named ones become DOM events on the element.
// * hx-on, hx-vals="js:..." and trigger filters in brackets need eval, which our policy forbids.

import htmx from "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-sse.js";
import { watch } from "./watch.js";

// A caseworker should not wait a minute for alerts after the server came back.
htmx.config.sse = { reconnectMaxDelay: 10_000 };
// What the reader opened stays open when new content comes in.
htmx.config.morphIgnore = ["data-htmx-powered", "open"];

watch();
